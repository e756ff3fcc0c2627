/**
 * What the browser says of its storage. Nothing essential waits for it: some browsers leave a promise pending until
 * somebody answers a question, others have no `navigator.storage` at all.
 */

/** Each is null where the browser does not tell. */
export interface StorageUse {
  /** Bytes. */
  readonly used: number | null;
  readonly quota: number | null;
  /** False: it may be cleared when the disk fills up. */
  readonly isPersistent: boolean | null;
}

const manager = (): Partial<StorageManager> =>
  'navigator' in globalThis && 'storage' in globalThis.navigator ? globalThis.navigator.storage : {};

/** Asks the browser not to clear what is kept here; the answer shows in `storageUse`. */
export function askToKeep(): void {
  manager()
    .persist?.()
    .catch(() => undefined);
}

export async function storageUse(): Promise<StorageUse> {
  const storage = manager();
  const [estimate, isPersistent] = await Promise.all([
    storage.estimate?.().catch(() => null) ?? null,
    storage.persisted?.().catch(() => null) ?? null,
  ]);
  return { used: estimate?.usage ?? null, quota: estimate?.quota ?? null, isPersistent };
}
