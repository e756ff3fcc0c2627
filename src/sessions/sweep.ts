/**
 * Deletes the weights of runs that no session holds any more, in small transactions between which everybody else has a
 * turn. Work is in proportion to what is stored: what a session holds is read once for each of its revisions.
 *
 * Sessions are saved meanwhile, in other tabs too. An outcome that somebody keeps or finds is claimed until a session
 * that holds it is saved. A sweep first marks what it would delete, then looks at all sessions that changed, and then
 * deletes what is still marked: whoever claimed an outcome before the mark and has let go of it has saved a session,
 * which is seen; whoever claims it later takes the mark away.
 */
import { promisifyRequest } from 'idb-keyval';
import type { Database } from './database.ts';
import { claims, DOOMED, entries, sizes, texts, type Claim, type Shelves } from './shelves.ts';
import { heldBy } from './store.ts';

/** Records that one transaction looks at. */
const SLICE = 50;
/** What was claimed and never became part of a saved session, since its tab was closed, is swept after a day. */
const CLAIM_MS = 24 * 60 * 60 * 1000;
const RUN_KEY = /^[0-9a-f]{64}$/;
/** What came with a file lies under its run key and its fingerprint, its size under the same behind a word. */
const GUEST = /^(?:size\/)?([0-9a-f]{64})\/[0-9a-f]{64}$/;

/** `now`: milliseconds since 1970. */
export async function sweep({ library, outcomes }: Shelves, now: number): Promise<void> {
  // What is kept from here on is not looked at.
  const stored = await storedKeys(outcomes);
  const held = new Held(library, new Set(stored));
  await held.update();
  const doomed: string[] = [];
  for (const slice of slices(stored.filter((key) => !held.has(key)))) doomed.push(...(await doom(outcomes, slice, now)));
  await held.update();
  for (const slice of slices(doomed)) await finish(outcomes, slice, held);
  await forgetClaims(outcomes, held, now);
}

/**
 * Deletes weights that came with files (guests.ts), of runs that no session speaks of; nothing at all while a session
 * cannot be read. What comes while it goes on stays.
 */
export async function sweepGuests(library: Database, guests: Database): Promise<void> {
  const stored = await guests.read((store) => promisifyRequest(store.getAllKeys()));
  const names = stored.filter((name) => typeof name === 'string' && GUEST.test(name)) as string[];
  const keyOf = (name: string): string => GUEST.exec(name)?.[1] ?? '';
  const held = new Held(library, new Set(names.map(keyOf)));
  await held.update();
  if (held.isUnsure) return;
  for (const slice of slices(names.filter((name) => !held.has(keyOf(name))))) {
    await guests.write((store) => {
      for (const name of slice) store.delete(name);
      return Promise.resolve();
    });
  }
}

/** Run keys with an outcome or its size. Records under other names are a newer build's, and stay. */
async function storedKeys(outcomes: Database): Promise<string[]> {
  const names = await outcomes.read((store) => promisifyRequest(store.getAllKeys()));
  const keys = names.map((name) => sizes.nameOf(name) ?? (typeof name === 'string' ? name : ''));
  return [...new Set(keys)].filter((key) => RUN_KEY.test(key));
}

const claimOf = (store: IDBObjectStore, key: string): Promise<Claim | undefined> =>
  promisifyRequest(store.get(claims.key(key)) as IDBRequest<Claim | undefined>);

/** Marks those that nobody claims; resolves to them. */
const doom = (outcomes: Database, keys: readonly string[], now: number): Promise<string[]> =>
  outcomes.write(async (store) => {
    const found = await Promise.all(keys.map((key) => claimOf(store, key)));
    const free = keys.filter((_, index) => {
      const claim = found[index];
      return typeof claim !== 'number' || now - claim > CLAIM_MS;
    });
    for (const key of free) store.put(DOOMED, claims.key(key));
    return free;
  });

/** Deletes those that are still marked, but for those that a session holds by now. */
const finish = (outcomes: Database, keys: readonly string[], held: Held): Promise<void> =>
  outcomes.write(async (store) => {
    const found = await Promise.all(keys.map((key) => claimOf(store, key)));
    keys.forEach((key, index) => {
      if (found[index] !== DOOMED) return;
      store.delete(claims.key(key));
      if (held.has(key)) return;
      store.delete(key);
      store.delete(sizes.key(key));
    });
  });

/** Claims of the past, of outcomes that a session holds. */
async function forgetClaims(outcomes: Database, held: Held, now: number): Promise<void> {
  const { names, values } = await outcomes.read((store) => claims.all(store));
  const past = names.filter((key, index) => held.has(key) && Number(values[index]) < now - CLAIM_MS);
  for (const slice of slices(past)) {
    await outcomes.write(async (store) => {
      const found = await Promise.all(slice.map((key) => claimOf(store, key)));
      slice.forEach((key, index) => Number(found[index]) < now - CLAIM_MS && store.delete(claims.key(key)));
    });
  }
}

/** The run keys that sessions hold, of those that matter. */
class Held {
  private readonly revisions = new Map<string, number>();
  private readonly keys = new Set<string>();
  /** A session could not be read: what it holds was guessed from its text. */
  isUnsure = false;

  constructor(
    private readonly library: Database,
    private readonly among: ReadonlySet<string>,
  ) {}

  has(key: string): boolean {
    return this.keys.has(key);
  }

  /** Looks at sessions that are new, and at those that were saved since they were last looked at, one at a time. */
  async update(): Promise<void> {
    const names = await this.library.read((store) => promisifyRequest(store.getAllKeys()));
    for (const id of names.map((name) => texts.nameOf(name))) if (id !== null) await this.look(id);
  }

  private async look(id: string): Promise<void> {
    const entry = heldBy(await this.library.read((store) => promisifyRequest(store.get(entries.key(id)) as IDBRequest<unknown>)));
    if (entry !== null && this.revisions.get(id) === entry.revision) return;
    // An entry that cannot be relied on says nothing of what its session holds.
    const keys =
      entry?.keys ?? keysIn(await this.library.read((store) => promisifyRequest(store.get(texts.key(id)) as IDBRequest<unknown>)));
    if (entry === null) this.isUnsure = true;
    for (const key of keys) if (this.among.has(key)) this.keys.add(key);
    if (entry !== null) this.revisions.set(id, entry.revision);
  }
}

/** Whatever may be a run key in a text that the lab cannot read: every 64 hexadecimal digits in a row. */
function* keysIn(text: unknown): Generator<string> {
  if (typeof text !== 'string') return;
  for (const [digits] of text.matchAll(/[0-9a-f]{64,}/g)) {
    for (let start = 0; start + 64 <= digits.length; start++) yield digits.slice(start, start + 64);
  }
}

function* slices(keys: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < keys.length; start += SLICE) yield keys.slice(start, start + SLICE);
}
