/**
 * What lies where in the browser's storage: a library of sessions, and beside it the outcomes of runs by run key, each
 * with its size and, while no session holds it, a claim.
 */
import { promisifyRequest } from 'idb-keyval';
import { Database } from './database.ts';

export interface Shelves {
  readonly library: Database;
  readonly outcomes: Database;
}

export const openShelves = (): Shelves => ({
  library: new Database('lottery-ticket-lab'),
  outcomes: new Database('lottery-ticket-lab-outcomes'),
});

/** Outcomes that came with files (guests.ts). */
export const openGuests = (): Database => new Database('lottery-ticket-lab-guests');

/** Records whose names begin alike. */
export class Prefix {
  constructor(private readonly name: string) {}

  key(of: string): string {
    return `${this.name}/${of}`;
  }

  /** Null where the record is of another kind. */
  nameOf(key: IDBValidKey): string | null {
    return typeof key === 'string' && key.startsWith(`${this.name}/`) ? key.slice(this.name.length + 1) : null;
  }

  /** Their names without the prefix, and what is stored under them, in the same order. */
  async all(store: IDBObjectStore): Promise<{ readonly names: string[]; readonly values: unknown[] }> {
    // '0' comes after '/'.
    const range = IDBKeyRange.bound(`${this.name}/`, `${this.name}0`, false, true);
    const [keys, values] = await Promise.all([
      promisifyRequest(store.getAllKeys(range) as IDBRequest<string[]>),
      promisifyRequest(store.getAll(range) as IDBRequest<unknown[]>),
    ]);
    return { names: keys.map((key) => key.slice(this.name.length + 1)), values };
  }
}

/** Of the library: what lists show of a session, and the session itself. */
export const entries = new Prefix('entry');
export const texts = new Prefix('session');
/** Beside an outcome stands how many bytes it takes, so that telling the sizes does not read the weights. */
export const sizes = new Prefix('size');
/**
 * When an outcome was kept or found (milliseconds since 1970) that no saved session holds yet, so that no sweep takes it
 * from under a session that is about to be saved; or that a sweep is about to delete it.
 */
export const claims = new Prefix('claim');
export const DOOMED = 'doomed';
export type Claim = number | typeof DOOMED;
