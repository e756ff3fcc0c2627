/**
 * Where sessions live between visits: IndexedDB. What lists show is kept apart from the sessions, and these apart from
 * the weights of their runs, which are kept once, by run key, however many sessions share them.
 */
import { promisifyRequest } from 'idb-keyval';
import * as v from 'valibot';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { Notebook } from '../science/experiment.ts';
import { decodeOutcomeOf, encodeOutcome } from './compact.ts';
import type { Database } from './database.ts';
import { FactsSchema, factsOf } from './facts.ts';
import { sessionText } from './file.ts';
import type { Guests } from './guests.ts';
import { fittedName } from './limits.ts';
import { NewerVersion } from './schema.ts';
import { renameSession, SESSION_VERSION, sessionName, type Session } from './session.ts';
import { claims, entries, openShelves, sizes, texts, type Claim } from './shelves.ts';

const whole = () => v.pipe(v.number(), v.safeInteger(), v.minValue(0));

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

/** Whether it is what a list says of the session that it is kept under. */
const isEntryOf = (id: string, value: unknown): value is SessionEntry => v.is(EntrySchema, value) && value.id === id;

/** Written by a newer build: it is listed and can be exported, but is neither opened nor changed here. */
export const isNewer = ({ format }: SessionEntry): boolean => format > SESSION_VERSION;

/** The run keys of a stored entry's session at its revision; null where the entry cannot be relied on. */
export const heldBy = (entry: unknown): Pick<SessionEntry, 'revision' | 'keys'> | null =>
  v.is(EntrySchema, entry) && !entry.damaged && !isNewer(entry) ? entry : null;

export interface StoredSession {
  readonly id: string;
  readonly revision: number;
  readonly session: Session;
}

/** Somebody else, in another tab, saved this session since it was loaded: save under a new id. */
export class StaleRevision extends Error {
  override readonly name = 'StaleRevision';
}

/** Under it stands the id of the session that was last on the bench. */
const LAST = 'last';

const getEntry = (store: IDBObjectStore, id: string): Promise<SessionEntry | undefined> =>
  promisifyRequest(store.get(entries.key(id)) as IDBRequest<SessionEntry | undefined>);
const getText = (store: IDBObjectStore, id: string): Promise<unknown> => promisifyRequest(store.get(texts.key(id)) as IDBRequest<unknown>);

export class SessionStore {
  /** Outcomes of runs with their weights. A damaged one reads as none, so that its run is trained again. */
  readonly notebook: Notebook;
  private readonly library: Database;
  private readonly outcomes: Database;
  private visitors: Promise<Guests> | undefined;
  /** Outcomes that were kept or found here since the last save of a session that holds them. */
  private readonly claimed = new Set<string>();

  /** `tell` hears of outcomes that are damaged, by name. */
  constructor(private readonly tell: (error: LabError) => void) {
    ({ library: this.library, outcomes: this.outcomes } = openShelves());
    this.notebook = {
      find: (key) => this.findOutcome(key),
      keep: async (outcome) => this.put(outcome.result.key, await encodeOutcome(outcome)),
    };
  }

  /** Weights that came with files: to be looked at, never to be trained from. */
  guests(): Promise<Guests> {
    this.visitors ??= import('./guests.ts').then((module) => new module.Guests(this.tell));
    return this.visitors;
  }

  /** All sessions, the newest first. What an entry lacks is read from its session again. */
  async list(): Promise<readonly SessionEntry[]> {
    const { names, values } = await this.library.read((store) => entries.all(store));
    const list = await Promise.all(
      values.map((value, index) => (isEntryOf(names[index], value) ? Promise.resolve(value) : this.mend(names[index], value))),
    );
    return list.sort((a, b) => b.updated - a.updated);
  }

  /** The session that was last on the bench, or null where it is gone. Where none was noted, as by older builds, the newest. */
  async last(): Promise<string | null> {
    const noted = await this.library.read((store) => promisifyRequest(store.get(LAST) as IDBRequest<unknown>));
    const entries = await this.list();
    if (typeof noted !== 'string') return entries.at(0)?.id ?? null;
    return entries.some(({ id }) => id === noted) ? noted : null;
  }

  /** From here on, this session is the one that was last on the bench. */
  async note(id: string): Promise<void> {
    await this.library.write((store) => promisifyRequest(store.put(id, LAST)));
  }

  /** Bytes that the weights of runs take, by run key. */
  async sizes(): Promise<ReadonlyMap<string, number>> {
    const { names, values } = await this.outcomes.read((store) => sizes.all(store));
    return new Map(names.map((key, index) => [key, Number(values[index])]));
  }

  /** Throws a LabError where the session is gone, or cannot be read: then it is marked as damaged and left as it is. */
  async load(id: string): Promise<StoredSession> {
    const [stored, text] = await this.library.read((store) => Promise.all([getEntry(store, id), getText(store, id)]));
    if (stored === undefined) throw new LabError(m.sessions_store_gone({ id }), 'storage');
    // What a newer build wrote is left as it is, and may lack anything.
    const entry = isEntryOf(id, stored) ? stored : await entryFrom(id, typeof text === 'string' ? text : '', stored);
    try {
      if (typeof text !== 'string') throw new LabError(m.sessions_store_incomplete(), 'storage');
      return { id, revision: entry.revision, session: await sessionFrom(text, entry.name === '' ? id : fittedName(entry.name)) };
    } catch (error) {
      if (!(error instanceof LabError) || error instanceof NewerVersion) throw error;
      await this.library.write((store) => promisifyRequest(store.put({ ...entry, damaged: true } satisfies SessionEntry, entries.key(id))));
      throw new LabError(m.sessions_store_corrupt({ name: fittedName(entry.name), reason: error.message }), 'storage', { cause: error });
    }
  }

  /** What is stored of a session, readable or not. */
  async text(id: string): Promise<string> {
    const text = await this.library.read((store) => getText(store, id));
    return typeof text === 'string' ? text : '';
  }

  /**
   * Saves a session over the revision it was loaded as (0: it is new) and resolves to its new one when it is on disk.
   * Rejects with `StaleRevision` where another tab was quicker, and with a LabError where it cannot be saved. `isOnBench`:
   * it is noted as the one that was last there, in the same transaction.
   */
  async save(id: string, revision: number, session: Session, isOnBench = false): Promise<number> {
    const saved = await this.library.write(async (store) => {
      const stored = (await getEntry(store, id))?.revision ?? 0;
      if (stored !== revision) throw new StaleRevision();
      const text = sessionText(session);
      const entry = entryOf(id, revision + 1, session, text);
      store.put(entry, entries.key(id));
      store.put(text, texts.key(id));
      if (isOnBench) store.put(id, LAST);
      return entry.revision;
    });
    await this.letGo(session);
    return saved;
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
      store.delete(entries.key(id));
      store.delete(texts.key(id));
      return Promise.resolve();
    });
  }

  /** An outcome, which nobody may sweep away until a session that holds it is saved. */
  private async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.outcomes.write((store) => {
      store.put(bytes, key);
      store.put(bytes.length, sizes.key(key));
      store.put(Date.now() satisfies Claim, claims.key(key));
      return Promise.resolve();
    });
    this.claimed.add(key);
  }

  /** The same for one that was found, which a sweep may have taken away since it was read. */
  private async claim(key: string, bytes: Uint8Array): Promise<void> {
    await this.outcomes.write(async (store) => {
      store.put(Date.now() satisfies Claim, claims.key(key));
      if ((await promisifyRequest(store.getKey(key))) !== undefined) return;
      store.put(bytes, key);
      store.put(bytes.length, sizes.key(key));
    });
    this.claimed.add(key);
  }

  /** A session was saved: what it holds needs no claim. Claims that stay after all are forgotten by a later sweep. */
  private async letGo({ runs }: Session): Promise<void> {
    const held = runs.map(({ key }) => key).filter((key) => this.claimed.delete(key));
    if (held.length === 0) return;
    const forget = (store: IDBObjectStore): Promise<void> => {
      for (const key of held) store.delete(claims.key(key));
      return Promise.resolve();
    };
    await this.outcomes.write(forget).catch(() => undefined);
  }

  /** An entry made anew from the session it stands for: an older build wrote it, or it is damaged. */
  private async mend(id: string, value: unknown): Promise<SessionEntry> {
    const text = await this.text(id);
    const entry = await entryFrom(id, text, value);
    const save = async (store: IDBObjectStore): Promise<void> => {
      // Another tab may have saved it meanwhile; what a newer build wrote is left as it is.
      if (!isNewer(entry) && !isEntryOf(id, await getEntry(store, id))) store.put(entry, entries.key(id));
    };
    // On a full disk it is made anew at the next visit, too.
    await this.library.write(save).catch(() => undefined);
    return entry;
  }

  private async findOutcome(key: string): Promise<Awaited<ReturnType<Notebook['find']>>> {
    const bytes = await this.outcomes.read((store) => promisifyRequest(store.get(key) as IDBRequest<unknown>));
    if (!(bytes instanceof Uint8Array)) return null;
    try {
      const outcome = await decodeOutcomeOf(key, bytes);
      // On a full disk it is found all the same.
      if (!this.claimed.has(key)) await this.claim(key, bytes).catch(() => undefined);
      return outcome;
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

/** What reads is fetched when there is something to read. */
async function sessionFrom(text: string, name: string): Promise<Session> {
  const { importSession } = await import('./reading.ts');
  return importSession(text, name);
}

/** An entry from the session's text and from what is left of its old entry. */
async function entryFrom(id: string, text: string, old: unknown): Promise<SessionEntry> {
  const { name, updated, revision } = (typeof old === 'object' && old !== null ? old : {}) as Record<string, unknown>;
  const known = {
    name: typeof name === 'string' ? fittedName(name) : '',
    updated: typeof updated === 'number' ? updated : 0,
    revision: v.is(whole(), revision) ? revision : 1,
  };
  try {
    return { ...entryOf(id, known.revision, await sessionFrom(text, known.name), text), updated: known.updated };
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
