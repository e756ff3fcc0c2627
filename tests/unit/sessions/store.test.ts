import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LabError } from '../../../src/science/errors.ts';
import { encodeOutcome } from '../../../src/sessions/compact.ts';
import { renameSession } from '../../../src/sessions/session.ts';
import { isNewer, openStore, StaleRevision } from '../../../src/sessions/store.ts';
import { openShelves } from '../../../src/sessions/shelves.ts';
import { sweep } from '../../../src/sessions/sweep.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { honestOutcome, sampleSession } from './sample.ts';

const DAY_MS = 86_400_000;
const recipe = tinyRecipe({ name: 'Tiny' });
const session = sampleSession(recipe);

/** One value in a database of the lab, changed behind its back. */
async function overwrite(database: string, key: string, value: unknown): Promise<void> {
  const { createStore, set } = await import('idb-keyval');
  await set(key, value, createStore(database, 'records'));
}

/** One value in a database of the lab. */
async function stored(database: string, key: string): Promise<unknown> {
  const { createStore, get } = await import('idb-keyval');
  return get(key, createStore(database, 'records'));
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});

describe('the library', () => {
  it('keeps sessions, lists them newest first, and loads them as they were', async () => {
    const store = await openStore();
    expect(await store.save('a', 0, session)).toBe(1);
    expect(await store.save('b', 0, renameSession(session, 'Second'))).toBe(1);
    expect((await store.list()).map(({ name }) => name).sort()).toEqual(['Second', 'Tiny']);
    expect(await (await openStore()).load('a')).toEqual({ id: 'a', revision: 1, session });
  });

  it('a stale tab does not overwrite what another saved', async () => {
    const [mine, theirs] = [await openStore(), await openStore()];
    await mine.save('a', 0, session);
    await theirs.save('a', 1, renameSession(session, 'Theirs'));
    await expect(mine.save('a', 1, renameSession(session, 'Mine'))).rejects.toBeInstanceOf(StaleRevision);
    expect((await mine.list())[0]).toMatchObject({ name: 'Theirs', revision: 2 });
  });

  it('knows which session was last on the bench, and none where that is gone', async () => {
    const store = await openStore();
    expect(await store.last()).toBeNull();
    await store.save('a', 0, session);
    // Older builds noted nothing: the newest.
    expect(await store.last()).toBe('a');
    await store.save('b', 0, session, true);
    await store.rename('a', 'Renamed');
    expect(await store.last()).toBe('b');
    await store.note('a');
    expect(await (await openStore()).last()).toBe('a');
    await store.remove('a');
    expect(await store.last()).toBeNull();
    // It is no session.
    expect((await store.list()).map(({ id }) => id)).toEqual(['b']);
  });

  it('renames, duplicates and removes', async () => {
    const store = await openStore();
    await store.save('a', 0, session);
    await store.rename('a', 'Renamed');
    await store.duplicate('a', 'b', 'Second');
    expect((await store.list()).map(({ id, name, revision }) => [id, name, revision]).sort()).toEqual([
      ['a', 'Renamed', 2],
      ['b', 'Second', 1],
    ]);
    await store.remove('a');
    await expect(store.load('a')).rejects.toThrow(/no stored session/);
    expect((await store.load('b')).session).toEqual(renameSession(session, 'Second'));
  });

  it('tells what a session is without opening it', async () => {
    const store = await openStore();
    await store.save('a', 0, session);
    const [entry] = await store.list();
    expect(entry.facts).toMatchObject({
      dataset: 'digits',
      hidden: [12, 8],
      levels: 3,
      arms: recipe.arms,
      seeds: 1,
      branches: 1,
      runs: 13,
    });
    expect(entry.facts?.lines.map(({ arm, points }) => [arm, points.length])).toEqual(recipe.arms.map((arm) => [arm, 4]));
    expect(entry.keys).toEqual(session.runs.map(({ key }) => key));
    expect(entry.bytes).toBe((await store.text('a')).length);
  });

  it('makes an entry of an older build anew from its session, once', async () => {
    const store = await openStore();
    await store.save('a', 0, session);
    const [whole] = await store.list();
    await overwrite('lottery-ticket-lab', 'entry/a', { id: 'a', name: 'Tiny', updated: 5, revision: 1, runs: 13, damaged: false });
    expect(await store.list()).toEqual([{ ...whole, updated: 5 }]);
    expect(await store.save('a', 1, session)).toBe(2);
  });

  it('lists what a newer build wrote, and neither opens nor marks it', async () => {
    const store = await openStore();
    await store.save('a', 0, session);
    const text = JSON.stringify({ ...session, version: 2, dreams: [] });
    await overwrite('lottery-ticket-lab', 'session/a', text);
    await expect(store.load('a')).rejects.toThrow(/newer version/);
    const newer = { id: 'a', name: 'Tiny', revision: 9, dreams: 1 };
    await overwrite('lottery-ticket-lab', 'entry/a', newer);
    const [entry] = await store.list();
    expect([entry.name, entry.damaged, isNewer(entry)]).toEqual(['Tiny', false, true]);
    expect(await stored('lottery-ticket-lab', 'entry/a')).toEqual(newer);
    expect(await store.text('a')).toBe(text);
  });

  it('a session that cannot be read is named, marked and kept; the others are untouched', async () => {
    const store = await openStore();
    await store.save('a', 0, session);
    await store.save('b', 0, session);
    await overwrite('lottery-ticket-lab', 'session/a', '{"format":"lottery-ticket-session","version":1,"runs":7');
    await expect(store.load('a')).rejects.toThrow(/‘Tiny’ cannot be read and was set aside/);
    expect((await store.list()).filter(({ damaged }) => damaged).map(({ id }) => id)).toEqual(['a']);
    expect(await store.text('a')).toContain('"runs":7');
    expect((await store.load('b')).session).toEqual(session);
  });
});

describe('the notebook', () => {
  const outcome = honestOutcome(recipe, { seed: 1, arm: 'ticket', level: 1 });

  it('finds what it kept, and nothing else', async () => {
    const { notebook } = await openStore();
    await notebook.keep(outcome);
    expect(await notebook.find(outcome.result.key)).toEqual(outcome);
    expect(await notebook.find('0'.repeat(64))).toBeNull();
  });

  it('takes a damaged outcome for none, so that its run is trained again', async () => {
    const { notebook } = await openStore();
    await overwrite('lottery-ticket-lab-outcomes', outcome.result.key, (await encodeOutcome(outcome)).slice(0, 500));
    expect(await notebook.find(outcome.result.key)).toBeNull();
  });

  it('takes one whose weights are not those of its fingerprint for none, and tells of it by name', async () => {
    const told: string[] = [];
    const { notebook } = await openStore(({ message }) => told.push(message));
    const invented = { ...outcome, result: { ...outcome.result, fingerprint: 'f'.repeat(64) } };
    await notebook.keep(invented);
    expect(await notebook.find(outcome.result.key)).toBeNull();
    expect(told).toEqual([expect.stringContaining(outcome.result.key)]);
  });

  it('knows how much room each outcome takes', async () => {
    const store = await openStore();
    await store.notebook.keep(outcome);
    expect(await store.sizes()).toEqual(new Map([[outcome.result.key, (await encodeOutcome(outcome)).length]]));
  });

  it('is swept of what no session holds', async () => {
    const store = await openStore();
    const orphan = honestOutcome(tinyRecipe({ training: { steps: 30, batchSize: 20 } }), { seed: 1, arm: 'ticket', level: 1 });
    await store.save('a', 0, session);
    await store.notebook.keep(outcome);
    await store.notebook.keep(orphan);
    await sweep(openShelves(), Date.now() + 2 * DAY_MS);
    expect(await store.notebook.find(outcome.result.key)).toEqual(outcome);
    expect(await store.notebook.find(orphan.result.key)).toBeNull();
    expect([...(await store.sizes()).keys()]).toEqual([outcome.result.key]);
  });
});

describe('trouble', () => {
  it('a full disk is explained, with a way out', async () => {
    const store = await openStore();
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expect(store.save('a', 0, session)).rejects.toThrow(/storage is full.*export/);
    put.mockRestore();
    expect(await store.list()).toEqual([]);
    expect(await store.save('a', 0, session)).toBe(1);
  });

  it('a browser without storage is explained', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    await expect(openStore()).rejects.toBeInstanceOf(LabError);
  });
});
