/**
 * Where sessions live between visits: IndexedDB. What lists show is kept apart from the sessions, and these apart from
 * the weights of their runs, which are kept once, by run key, however many sessions share them.
 */
import { promisifyRequest } from 'idb-keyval';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { Notebook } from '../science/experiment.ts';
import { decodeOutcome, encodeOutcome } from './compact.ts';
import { Database } from './database.ts';
import { exportSession, importSession } from './file.ts';
import { sessionName, type Session } from './session.ts';

/** A line of the library. */
export interface SessionEntry {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly updated: number;
  /** Raised by every save. */
  readonly revision: number;
  readonly runs: number;
  /** It could not be read; it stays as it is and can be exported. */
  readonly damaged: boolean;
}

export interface StoredSession {
  readonly id: string;
  readonly revision: number;
  readonly session: Session;
}

/** A session out of the library, to be put back by `restore`. */
export interface Removed {
  readonly entry: SessionEntry;
  readonly text: string;
}

/** Somebody else, in another tab, saved this session since it was loaded: save under a new id. */
export class StaleRevision extends Error {
  override readonly name = 'StaleRevision';
}

const entryKey = (id: string): string => `entry/${id}`;
const textKey = (id: string): string => `session/${id}`;
const allEntries = (): IDBKeyRange => IDBKeyRange.bound('entry/', 'entry0', false, true);
const allTexts = (): IDBKeyRange => IDBKeyRange.bound('session/', 'session0', false, true);

async function getEntry(store: IDBObjectStore, id: string): Promise<SessionEntry | undefined> {
  const stored = await promisifyRequest(store.get(entryKey(id)) as IDBRequest<unknown>);
  return stored === undefined ? undefined : readEntry(stored, id);
}

/** What a list shows of a record that is no entry any more: its session may still be whole. */
function readEntry(stored: unknown, id: string): SessionEntry {
  const entry = typeof stored === 'object' && stored !== null ? (stored as Partial<SessionEntry>) : {};
  if (entry.id === id && typeof entry.name === 'string' && Number.isFinite(entry.revision)) return entry as SessionEntry;
  return { id, name: id, updated: 0, revision: 0, runs: 0, damaged: true };
}

const getText = (store: IDBObjectStore, id: string): Promise<string | undefined> =>
  promisifyRequest(store.get(textKey(id)) as IDBRequest<string | undefined>);

export class SessionStore {
  /** Outcomes of runs with their weights. A damaged one reads as none, so that its run is trained again. */
  readonly notebook: Notebook;
  private readonly library = new Database('lottery-ticket-lab');
  private readonly outcomes = new Database('lottery-ticket-lab-outcomes');

  constructor() {
    this.notebook = {
      find: (key) => this.findOutcome(key),
      keep: async (outcome) => {
        const bytes = await encodeOutcome(outcome);
        await this.outcomes.write((store) => promisifyRequest(store.put(bytes, outcome.result.key)));
      },
    };
  }

  /** All sessions, the newest first. */
  async list(): Promise<readonly SessionEntry[]> {
    const [keys, stored] = await this.library.read((store) =>
      Promise.all([
        promisifyRequest(store.getAllKeys(allEntries()) as IDBRequest<string[]>),
        promisifyRequest(store.getAll(allEntries()) as IDBRequest<unknown[]>),
      ]),
    );
    const entries = stored.map((entry, index) => readEntry(entry, keys[index].slice(entryKey('').length)));
    return entries.sort((a, b) => b.updated - a.updated);
  }

  /** Throws a LabError where the session is gone, or cannot be read: then it is marked as damaged and left as it is. */
  async load(id: string): Promise<StoredSession> {
    const [entry, text] = await this.library.read((store) => Promise.all([getEntry(store, id), getText(store, id)]));
    if (entry === undefined) throw new LabError(m.sessions_store_gone({ id }), 'storage');
    try {
      if (typeof text !== 'string') throw new LabError(m.sessions_store_incomplete(), 'storage');
      return { id, revision: entry.revision, session: importSession(text, entry.name) };
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      await this.library.write((store) => promisifyRequest(store.put({ ...entry, damaged: true } satisfies SessionEntry, entryKey(id))));
      throw new LabError(m.sessions_store_corrupt({ name: entry.name, reason: error.message }), 'storage', { cause: error });
    }
  }

  /** What is stored of a session, readable or not. */
  async text(id: string): Promise<string> {
    return (await this.library.read((store) => getText(store, id))) ?? '';
  }

  /**
   * Saves a session over the revision it was loaded as (0: it is new) and resolves to its new one when it is on disk.
   * Rejects with `StaleRevision` where another tab was quicker, and with a LabError where it cannot be saved.
   */
  save(id: string, revision: number, session: Session): Promise<number> {
    return this.library.write(async (store) => {
      const stored = (await getEntry(store, id))?.revision ?? 0;
      if (stored !== revision) throw new StaleRevision();
      const entry: SessionEntry = {
        id,
        name: sessionName(session),
        updated: Date.now(),
        revision: revision + 1,
        runs: session.runs.length,
        damaged: false,
      };
      put(store, { entry, text: exportSession(session) });
      return entry.revision;
    });
  }

  /** Takes a session out of the library; its runs' weights are swept up at the next visit. */
  async remove(id: string): Promise<Removed> {
    return this.library.write(async (store) => {
      const [entry, text] = await Promise.all([getEntry(store, id), getText(store, id)]);
      if (entry === undefined) throw new LabError(m.sessions_store_gone({ id }), 'storage');
      store.delete(entryKey(id));
      store.delete(textKey(id));
      return { entry, text: text ?? '' };
    });
  }

  restore(removed: Removed): Promise<void> {
    return this.library.write((store) => {
      put(store, removed);
      return Promise.resolve();
    });
  }

  /** Deletes the weights of runs that no session holds any more. */
  async sweep(): Promise<void> {
    const texts = await this.library.read((store) => promisifyRequest(store.getAll(allTexts()) as IDBRequest<string[]>));
    const keys = await this.outcomes.read((store) => promisifyRequest(store.getAllKeys()));
    const orphans = keys.filter((key) => typeof key === 'string' && !texts.some((text) => text.includes(key)));
    await this.outcomes.write((store) => {
      for (const key of orphans) store.delete(key);
      return Promise.resolve();
    });
  }

  private async findOutcome(key: string): Promise<Awaited<ReturnType<Notebook['find']>>> {
    const bytes = await this.outcomes.read((store) => promisifyRequest(store.get(key) as IDBRequest<unknown>));
    if (!(bytes instanceof Uint8Array)) return null;
    try {
      return await decodeOutcome(bytes, key);
    } catch (error) {
      if (error instanceof LabError) return null;
      throw error;
    }
  }
}

function put(store: IDBObjectStore, { entry, text }: Removed): void {
  store.put(entry, entryKey(entry.id));
  store.put(text, textKey(entry.id));
}

/** Opens the browser's storage. Rejects with a LabError where there is none. */
export async function openStore(): Promise<SessionStore> {
  // Some browsers leave the name and take away what it stands for.
  const { indexedDB } = globalThis as { readonly indexedDB?: IDBFactory };
  if (indexedDB === undefined) throw new LabError(m.sessions_store_missing({ reason: 'no IndexedDB' }), 'storage');
  const store = new SessionStore();
  await store.list();
  return store;
}
