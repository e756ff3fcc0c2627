/**
 * The service worker, which keeps the app for when there is no network, as the page sees it: it is registered once the
 * page has settled, and a newer build waits until the user reloads. Other tabs are not reloaded with it: they may be training.
 */
import { registerSW } from 'virtual:pwa-register';

/** Keeping the app for later fetches all of it: what the visitor came for goes first. */
const SETTLE_MS = 4000;

export class Updates {
  isWaiting = $state(false);
  private skipWaiting: () => Promise<void> = () => Promise.resolve();

  constructor() {
    // A frame in a sandbox has neither service worker nor caches: it may not even ask.
    if (self.origin === 'null') return;
    const isWaiting = (): void => void (this.isWaiting = true);
    setTimeout(() => (this.skipWaiting = registerSW({ onNeedRefresh: isWaiting, onNeedReload: isWaiting })), SETTLE_MS);
    // A part of the page that is loaded late is gone: another tab has taken up a new build.
    addEventListener('vite:preloadError', () => (this.isWaiting = true));
    void dropOldData();
  }

  /** Takes up the new build. */
  async reload(): Promise<void> {
    const registration = await navigator.serviceWorker.getRegistration();
    if (!registration?.waiting) {
      location.reload();
      return;
    }
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    await this.skipWaiting();
  }
}

/** Data sets are cached under a name that changes with them; those of older builds are of no use. */
async function dropOldData(): Promise<void> {
  if (!('caches' in globalThis)) return;
  const names = await caches.keys().catch(() => []);
  for (const name of names)
    if (name.startsWith('data-') && name !== import.meta.env.VITE_DATA_CACHE) await caches.delete(name).catch(() => false);
}
