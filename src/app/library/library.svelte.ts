/** The library: all sessions that are kept here, to search, rename, duplicate, delete and undo. */
import { isNewer, type SessionEntry } from '../../sessions/store.ts';
import { copyName, fittedName } from '../../sessions/limits.ts';
import { storageUse, type StorageUse } from '../../sessions/persistence.ts';
import type { Shelf } from '../state/keeper.svelte.ts';
import type { Lab } from '../state/lab.svelte.ts';

/** How long a deletion can be undone; the session is still on disk till then. */
export const UNDO_MS = 10_000;
const LEAVING = 'leaving';

/** Of weights that were trained here, and of those that came with files. */
async function allSizes(shelf: Shelf): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map(await shelf.sizes());
  for (const [key, bytes] of await (await shelf.guests()).sizes()) sizes.set(key, bytes + (sizes.get(key) ?? 0));
  return sizes;
}

export class Library {
  query = $state('');
  /** Deleted, but not gone yet. */
  leaving = $state.raw<SessionEntry | null>(null);
  storage = $state.raw<StorageUse>({ used: null, quota: null, isPersistent: null });
  private sizes = $state.raw<ReadonlyMap<string, number>>(new Map());

  /** All that stay, the newest first. */
  readonly all: readonly SessionEntry[] = $derived.by(() => this.lab.keeper.entries.filter(({ id }) => id !== this.leaving?.id));
  readonly damaged: readonly SessionEntry[] = $derived.by(() => this.all.filter(({ damaged }) => damaged));
  readonly newer: readonly SessionEntry[] = $derived.by(() => this.all.filter(isNewer));
  readonly sound: readonly SessionEntry[] = $derived.by(() => this.all.filter((entry) => !entry.damaged && !isNewer(entry)));

  private wasOnBench = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly lab: Lab,
    /** What this browser remembers between visits; may throw. */
    private readonly memory: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  ) {}

  /** Finishes the deletion that the last visit left behind. */
  async begin(): Promise<void> {
    const id = this.noted((memory) => memory.getItem(LEAVING));
    if (id === null) return;
    await this.lab.keeper.remove(id);
    this.noted((memory) => memory.removeItem(LEAVING));
  }

  /** The page closes: the database would be too slow now, so the next visit deletes what is still to be deleted. */
  end(): void {
    const { leaving } = this;
    if (leaving !== null) this.noted((memory) => memory.setItem(LEAVING, leaving.id));
  }

  async refresh(): Promise<void> {
    await this.lab.keeper.list();
    await this.attempt(async (shelf) => {
      this.sizes = await allSizes(shelf);
    });
    this.storage = await storageUse();
  }

  /** Bytes on disk, the weights of its runs included; sessions may share them. */
  sizeOf({ bytes, keys }: SessionEntry): number {
    return [...new Set(keys)].reduce((sum, key) => sum + (this.sizes.get(key) ?? 0), bytes);
  }

  isOnBench(id: string): boolean {
    return this.lab.keeper.id === id;
  }

  async rename(id: string, name: string): Promise<void> {
    const given = fittedName(name.trim());
    if (given === '' || given === this.all.find((entry) => entry.id === id)?.name) return;
    // The bench saves its own, and the page refreshes when it has.
    if (this.isOnBench(id)) {
      this.lab.rename(given);
      return;
    }
    await this.attempt((shelf) => shelf.rename(id, given));
    await this.refresh();
  }

  async duplicate(id: string, newId: string): Promise<void> {
    const name = this.all.find((entry) => entry.id === id)?.name ?? '';
    await this.attempt((shelf) => shelf.duplicate(id, newId, copyName(name)));
    await this.refresh();
  }

  /** Takes a session out of sight; it goes for good when the time to undo is over, or another is deleted. */
  async remove(id: string): Promise<void> {
    await this.settle();
    const entry = this.all.find((one) => one.id === id);
    if (entry === undefined) return;
    this.leaving = entry;
    this.wasOnBench = this.isOnBench(id);
    // The bench keeps the recipe; a run that went on would save the session again.
    if (this.wasOnBench) this.lab.open.recipe(this.lab.recipe);
    this.timer = setTimeout(() => void this.settle(), UNDO_MS);
  }

  async undo(): Promise<void> {
    clearTimeout(this.timer);
    const entry = this.leaving;
    this.leaving = null;
    if (entry !== null && this.wasOnBench) await this.lab.open.stored(entry.id);
  }

  /** What was deleted goes for good: there is no more undoing it. */
  async settle(): Promise<void> {
    clearTimeout(this.timer);
    if (this.leaving === null) return;
    const { id } = this.leaving;
    await this.lab.keeper.remove(id);
    // Somebody may have deleted another one meanwhile.
    if (this.leaving.id === id) this.leaving = null;
    await this.refresh();
  }

  private noted<Value>(body: (memory: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) => Value): Value | null {
    try {
      return body(this.memory());
    } catch {
      return null;
    }
  }

  /** What is stored of a session, as it is. */
  text(id: string): Promise<string> {
    return this.lab.keeper.text(id);
  }

  /** The session as a file, or what is stored of it where it cannot be read. */
  async file(id: string): Promise<string> {
    try {
      const stored = await this.lab.keeper.load(id);
      const { exportSession } = await import('../../sessions/sealed.ts');
      if (stored !== null) return exportSession(stored.session);
    } catch (error) {
      this.lab.notices.report('open', error);
    }
    return this.text(id);
  }

  /** The session with its weights, or null where it cannot be read; a notice says why. */
  async archive(id: string): Promise<Blob | null> {
    let archive: Blob | null = null;
    await this.attempt(async (shelf) => {
      const { exportArchive } = await import('../../sessions/archive.ts');
      const { session } = await shelf.load(id);
      archive = await exportArchive(session, this.lab.keeper.weights(session));
    });
    return archive;
  }

  private async attempt(body: (shelf: Shelf) => Promise<void>): Promise<void> {
    const shelf = await this.lab.keeper.store;
    if (shelf === null) return;
    try {
      await body(shelf);
    } catch (error) {
      this.lab.notices.report('open', error);
    }
  }
}
