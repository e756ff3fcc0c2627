/**
 * Where sessions live between visits: IndexedDB. What lists show is kept apart from the sessions, and these apart from
 * the weights of their runs, which are kept once, by run key, however many sessions share them.
 */
import { promisifyRequest } from 'idb-keyval';
import * as v from 'valibot';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { Notebook } from '../science/experiment.ts';
import { decodeOutcome, encodeOutcome } from './compact.ts';
import { Database } from './database.ts';
import { FactsSchema, factsOf } from './facts.ts';
import { exportSession, importSession } from './file.ts';
import { NewerVersion } from './schema.ts';
import { renameSession, SESSION_VERSION, sessionName, type Session } from './session.ts';

const whole = () => v.pipe(v.number(), v.integer(), v.minValue(0));

/** Loose: a newer build may say more. */
const EntrySchema = v.object({
  id: v.string(),
  name: v.string(),
  /** Milliseconds since 1970. */
  updated: v.number(),
  /** Raised by every save. */
  revision: whole(),
  /** The format that the session is stored in (SESSION_VERSION of the build that wrote it). */
  format: whole(),
  /** Of the session's text, without the weights of its runs. */
  bytes: whole(),
  /** Keys of its runs, under which their weights are kept. */
  keys: v.array(v.string()),
  /** Null where the session cannot be read. */
  facts: v.nullable(FactsSchema),
  /** It could not be read; it stays as it is and can be exported. */
  damaged: v.boolean(),
});

/** A line of the library. */
export type SessionEntry = Readonly<v.InferOutput<typeof EntrySchema>>;

/** Written by a newer build: it is listed and can be exported, but is neither opened nor changed here. */
export const isNewer = ({ format }: SessionEntry): boolean => format > SESSION_VERSION;

export interface StoredSession {
  readonly id: string;
  readonly revision: number;
  readonly session: Session;
}

/** Somebody else, in another tab, saved this session since it was loaded: save under a new id. */
export class StaleRevision extends Error {
  override readonly name = 'StaleRevision';
}

const ENTRY = 'entry/';
const entryKey = (id: string): string => `${ENTRY}${id}`;
const textKey = (id: string): string => `session/${id}`;
const allEntries = (): IDBKeyRange => IDBKeyRange.bound(ENTRY, 'entry0', false, true);
const allTexts = (): IDBKeyRange => IDBKeyRange.bound('session/', 'session0', false, true);

/** Beside an outcome stands how many bytes it takes, so that telling the sizes does not read the weights. */
const SIZE = 'size/';
const sizeKey = (key: string): string => `${SIZE}${key}`;
const allSizes = (): IDBKeyRange => IDBKeyRange.bound(SIZE, 'size0', false, true);

const getEntry = (store: IDBObjectStore, id: string): Promise<SessionEntry | undefined> =>
  promisifyRequest(store.get(entryKey(id)) as IDBRequest<SessionEntry | undefined>);
const getText = (store: IDBObjectStore, id: string): Promise<string | undefined> =>
  promisifyRequest(store.get(textKey(id)) as IDBRequest<string | undefined>);

export class SessionStore {
  /** Outcomes of runs with their weights. A damaged one reads as none, so that its run is trained again. */
  readonly notebook: Notebook;
  private readonly library = new Database('lottery-ticket-lab');
  private readonly outcomes = new Database('lottery-ticket-lab-outcomes');

  /** `tell` hears of outcomes that are damaged, by name. */
  constructor(private readonly tell: (error: LabError) => void) {
    this.notebook = {
      find: (key) => this.findOutcome(key),
      keep: async (outcome) => {
        const bytes = await encodeOutcome(outcome);
        await this.outcomes.write((store) => {
          store.put(bytes, outcome.result.key);
          store.put(bytes.length, sizeKey(outcome.result.key));
          return Promise.resolve();
        });
      },
    };
  }

  /** All sessions, the newest first. What an entry lacks is read from its session again. */
  async list(): Promise<readonly SessionEntry[]> {
    const [keys, values] = await this.library.read((store) =>
      Promise.all([
        promisifyRequest(store.getAllKeys(allEntries()) as IDBRequest<string[]>),
        promisifyRequest(store.getAll(allEntries()) as IDBRequest<unknown[]>),
      ]),
    );
    const entries = await Promise.all(
      values.map((value, index) => (v.is(EntrySchema, value) ? Promise.resolve(value) : this.mend(keys[index].slice(ENTRY.length), value))),
    );
    return entries.sort((a, b) => b.updated - a.updated);
  }

  /** Bytes that the weights of runs take, by run key. */
  async sizes(): Promise<ReadonlyMap<string, number>> {
    const [keys, values] = await this.outcomes.read((store) =>
      Promise.all([
        promisifyRequest(store.getAllKeys(allSizes()) as IDBRequest<string[]>),
        promisifyRequest(store.getAll(allSizes()) as IDBRequest<number[]>),
      ]),
    );
    return new Map(keys.map((key, index) => [key.slice(SIZE.length), values[index]]));
  }

  /** Throws a LabError where the session is gone, or cannot be read: then it is marked as damaged and left as it is. */
  async load(id: string): Promise<StoredSession> {
    const [entry, text] = await this.library.read((store) => Promise.all([getEntry(store, id), getText(store, id)]));
    if (entry === undefined) throw new LabError(m.sessions_store_gone({ id }), 'storage');
    try {
      if (typeof text !== 'string') throw new LabError(m.sessions_store_incomplete(), 'storage');
      return { id, revision: entry.revision, session: importSession(text, entry.name) };
    } catch (error) {
      if (!(error instanceof LabError) || error instanceof NewerVersion) throw error;
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
      const text = exportSession(session);
      const entry = entryOf(id, revision + 1, session, text);
      store.put(entry, entryKey(id));
      store.put(text, textKey(id));
      return entry.revision;
    });
  }

  /** Gives a stored session another name. Rejects as `load` and `save` do. */
  async rename(id: string, name: string): Promise<void> {
    const { revision, session } = await this.load(id);
    await this.save(id, revision, renameSession(session, name));
  }

  /** A second session like this one; they share the weights of their runs. */
  async duplicate(id: string, newId: string, name: string): Promise<void> {
    const { session } = await this.load(id);
    await this.save(newId, 0, renameSession(session, name));
  }

  /** Takes a session out of the library; its runs' weights are swept up at the next visit. */
  remove(id: string): Promise<void> {
    return this.library.write((store) => {
      store.delete(entryKey(id));
      store.delete(textKey(id));
      return Promise.resolve();
    });
  }

  /** Deletes the weights of runs that no session holds any more. */
  async sweep(): Promise<void> {
    const texts = await this.library.read((store) => promisifyRequest(store.getAll(allTexts()) as IDBRequest<string[]>));
    const keys = await this.outcomes.read((store) => promisifyRequest(store.getAllKeys()));
    const isHeld = (key: string): boolean => texts.some((text) => text.includes(key));
    const orphans = keys.filter((key) => typeof key === 'string' && !isHeld(key.startsWith(SIZE) ? key.slice(SIZE.length) : key));
    await this.outcomes.write((store) => {
      for (const key of orphans) store.delete(key);
      return Promise.resolve();
    });
  }

  /** An entry made anew from the session it stands for: an older build wrote it, or it is damaged. */
  private async mend(id: string, value: unknown): Promise<SessionEntry> {
    const text = await this.text(id);
    const entry = entryFrom(id, text, value);
    const save = async (store: IDBObjectStore): Promise<void> => {
      // Another tab may have saved it meanwhile; what a newer build wrote is left as it is.
      if (!isNewer(entry) && !v.is(EntrySchema, await getEntry(store, id))) store.put(entry, entryKey(id));
    };
    // On a full disk it is made anew at the next visit, too.
    await this.library.write(save).catch(() => undefined);
    return entry;
  }

  private async findOutcome(key: string): Promise<Awaited<ReturnType<Notebook['find']>>> {
    const bytes = await this.outcomes.read((store) => promisifyRequest(store.get(key) as IDBRequest<unknown>));
    if (!(bytes instanceof Uint8Array)) return null;
    try {
      return await decodeOutcome(bytes, key);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      this.tell(error);
      return null;
    }
  }
}

const entryOf = (id: string, revision: number, session: Session, text: string): SessionEntry => ({
  id,
  name: sessionName(session),
  updated: Date.now(),
  revision,
  format: SESSION_VERSION,
  bytes: text.length,
  keys: session.runs.map(({ key }) => key),
  facts: factsOf(session),
  damaged: false,
});

/** An entry from the session's text and from what is left of its old entry. */
function entryFrom(id: string, text: string, old: unknown): SessionEntry {
  const { name, updated, revision } = (typeof old === 'object' && old !== null ? old : {}) as Record<string, unknown>;
  const known = {
    name: typeof name === 'string' ? name : '',
    updated: typeof updated === 'number' ? updated : 0,
    revision: v.is(whole(), revision) ? revision : 1,
  };
  try {
    return { ...entryOf(id, known.revision, importSession(text, known.name), text), updated: known.updated };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const format = error instanceof NewerVersion ? error.version : SESSION_VERSION;
    return { id, ...known, format, bytes: text.length, keys: [], facts: null, damaged: !(error instanceof NewerVersion) };
  }
}

/** Opens the browser's storage; `tell` hears of damaged outcomes. Rejects with a LabError where there is none. */
export async function openStore(tell: (error: LabError) => void = () => undefined): Promise<SessionStore> {
  // Some browsers leave the name and take away what it stands for.
  const { indexedDB } = globalThis as { readonly indexedDB?: IDBFactory };
  if (indexedDB === undefined) throw new LabError(m.sessions_store_missing({ reason: 'no IndexedDB' }), 'storage');
  const store = new SessionStore(tell);
  await store.list();
  return store;
}
