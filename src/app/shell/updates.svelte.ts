/**
 * The service worker, which keeps the app for when there is no network, as the page sees it: it is registered once the
 * page has loaded, and a newer build waits until the user reloads.
 */
import { registerSW } from 'virtual:pwa-register';

export class Updates {
  isWaiting = $state(false);
  private readonly update: (reloadPage?: boolean) => Promise<void>;

  constructor() {
    this.update = registerSW({ onNeedRefresh: () => (this.isWaiting = true) });
    void dropOldData();
  }

  /** Takes up the new build; every tab of the lab reloads. */
  reload(): void {
    void this.update(true);
  }
}

/** Data sets are cached under a name that changes with them; those of older builds are of no use. */
async function dropOldData(): Promise<void> {
  if (!('caches' in globalThis)) return;
  const names = await caches.keys().catch(() => []);
  for (const name of names)
    if (name.startsWith('data-') && name !== import.meta.env.VITE_DATA_CACHE) await caches.delete(name).catch(() => false);
}
