/** Sweeping the storage: nothing that a session needs is lost, whoever saves meanwhile, and the work is in proportion to what is stored. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { createStore, get, keys as allKeys, set } from 'idb-keyval';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runsOf } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import type { Session } from '../../../src/sessions/session.ts';
import { openGuests, openShelves, type Shelves } from '../../../src/sessions/shelves.ts';
import { openStore, type SessionStore } from '../../../src/sessions/store.ts';
import { sweep, sweepGuests } from '../../../src/sessions/sweep.ts';
import { counted } from '../../support/work.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { honestOutcome, sampleResult, sampleSession } from './sample.ts';

const DAY_MS = 86_400_000;
const later = (): number => Date.now() + 2 * DAY_MS;
const [LIBRARY, OUTCOMES] = ['lottery-ticket-lab', 'lottery-ticket-lab-outcomes'];
const recipe = tinyRecipe({ name: 'Tiny' });
const base = sampleSession(recipe);
const ticket = { seed: 1, arm: 'ticket', level: 1 } as const;
const outcome = honestOutcome(recipe, ticket);
const { key } = outcome.result;

const open = (): Promise<SessionStore> => openStore(() => undefined);
const keyOf = (number: number): string => number.toString(16).padStart(64, '0');
/** A session with runs of these keys. */
const holding = (keys: readonly number[]): Session => ({
  ...base,
  runs: keys.map((number, index) => ({ ...sampleResult(recipe, ticket), branch: 'trunk', seed: index, key: keyOf(number) })),
});
const putOutcome = async (name: string): Promise<void> => {
  const outcomes = createStore(OUTCOMES, 'records');
  await set(name, Uint8Array.of(1), outcomes);
  await set(`size/${name}`, 1, outcomes);
};
const outcomesLeft = async (): Promise<string[]> => (await allKeys<string>(createStore(OUTCOMES, 'records'))).sort();

/** What the definition says: outcomes whose key is in no session's text, wherever in it, are gone. */
async function byDefinition(): Promise<string[]> {
  const library = createStore(LIBRARY, 'records');
  const names = (await allKeys<string>(library)).filter((name) => name.startsWith('session/'));
  const texts = await Promise.all(names.map(async (name) => (await get<string>(name, library)) ?? ''));
  return (await outcomesLeft()).filter((name) => texts.some((text) => text.includes(name.replace(/^size\//, ''))));
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});

describe('a sweep', () => {
  it('leaves what is in some session’s text and nothing else, whatever is stored', async () => {
    const number = fc.integer({ min: 1, max: 12 });
    const stored = fc.record({
      keys: fc.uniqueArray(number, { maxLength: 8 }),
      // What an older build or a fault left: no entry to rely on, a text that is cut short, a key among other digits.
      kind: fc.constantFrom('whole', 'whole', 'whole', 'no-entry', 'damaged', 'cut', 'among-digits'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(stored, { maxLength: 5 }), fc.uniqueArray(number, { maxLength: 12 }), async (sessions, outcomes) => {
        vi.stubGlobal('indexedDB', new IDBFactory());
        const store = await open();
        const library = createStore(LIBRARY, 'records');
        for (const [index, { keys, kind }] of sessions.entries()) {
          const id = `s${index}`;
          await store.save(id, 0, holding(keys));
          const text = await store.text(id);
          if (kind === 'no-entry') await set(`entry/${id}`, { id, name: 'old' }, library);
          if (kind === 'damaged')
            await set(`entry/${id}`, { ...(await get<object>(`entry/${id}`, library)), damaged: true, keys: [] }, library);
          if (kind === 'cut') {
            await set(`session/${id}`, text.slice(0, text.length >> 1), library);
            await set(`entry/${id}`, 7, library);
          }
          if (kind === 'among-digits') {
            await set(`session/${id}`, `ab${keys.map(keyOf).join('')}cd`, library);
            await set(`entry/${id}`, 7, library);
          }
        }
        for (const one of outcomes) await putOutcome(keyOf(one));
        const expected = await byDefinition();
        await sweep(openShelves(), Date.now());
        expect(await outcomesLeft()).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves what a newer build stored under names of its own', async () => {
    await open();
    await set('ledger/1', 1, createStore(OUTCOMES, 'records'));
    await sweep(openShelves(), later());
    expect(await outcomesLeft()).toEqual(['ledger/1']);
  });

  it('leaves for a day what was kept or found and no session holds yet', async () => {
    const store = await open();
    await store.notebook.keep(outcome);
    await sweep(openShelves(), Date.now());
    // Another tab finds it a day later: it is wanted anew.
    vi.useFakeTimers({ toFake: ['Date'], now: later() });
    expect(await (await open()).notebook.find(key)).toEqual(outcome);
    await sweep(openShelves(), Date.now());
    expect(await (await open()).notebook.find(key)).toEqual(outcome);
    vi.useRealTimers();
    await sweep(openShelves(), later() + 2 * DAY_MS);
    expect(await outcomesLeft()).toEqual([]);
  });

  it('takes what was in a removed session, and forgets claims that have become pointless', async () => {
    const store = await open();
    await store.notebook.keep(outcome);
    await store.save('a', 0, base);
    // Let go of when the session was saved.
    expect(await outcomesLeft()).toEqual([key, `size/${key}`]);
    await (await open()).notebook.find(key);
    await sweep(openShelves(), later());
    expect(await outcomesLeft()).toEqual([key, `size/${key}`]);
    await store.remove('a');
    await sweep(openShelves(), Date.now());
    expect(await outcomesLeft()).toEqual([]);
  });

  /** Before each transaction of a sweep another tab may act; there are fewer than these. */
  const moments = Array.from({ length: 12 }, (_, moment) => moment);

  it.each(['at once', 'when it is over'])('takes nothing from under a second tab that finds an outcome and saves %s', async (when) => {
    let [foundAt, missedAt] = [0, 0];
    for (const moment of moments) {
      vi.stubGlobal('indexedDB', new IDBFactory());
      await (await open()).notebook.keep(outcome);
      await putOutcome(keyOf(5));
      // Long ago: a sweep would take it.
      await set(`claim/${key}`, 0, createStore(OUTCOMES, 'records'));
      const tab = await open();
      const save = (): Promise<unknown> => tab.save('a', 0, { ...base, runs: [{ ...outcome.result, branch: 'trunk' }] });
      let [left, hasFound] = [moment, false];
      const act = async (): Promise<void> => {
        if (left-- !== 0) return;
        hasFound = (await tab.notebook.find(key)) !== null;
        if (hasFound && when === 'at once') await save();
      };
      await sweep(between(openShelves(), act), Date.now());
      if (hasFound && when !== 'at once') await save();
      expect((await (await open()).notebook.find(key)) !== null, `at moment ${moment}`).toBe(hasFound);
      expect((await outcomesLeft()).includes(keyOf(5)), `at moment ${moment}`).toBe(false);
      if (hasFound) foundAt++;
      else missedAt++;
    }
    expect([foundAt > 3, missedAt > 0]).toEqual([true, true]);
  });

  it('takes nothing from under a session that is saved with what was claimed before it began', async () => {
    for (const moment of moments) {
      vi.stubGlobal('indexedDB', new IDBFactory());
      const tab = await open();
      await tab.notebook.keep(outcome);
      let left = moment;
      const act = async (): Promise<void> => {
        if (left-- === 0) await tab.save('a', 0, base);
      };
      await sweep(between(openShelves(), act), Date.now());
      expect(await (await open()).notebook.find(key), `at moment ${moment}`).toEqual(outcome);
    }
  });

  it('is as much more work as there is more stored', async () => {
    const runs = runsOf(planOf(tinyRecipe({ seeds: [1, 2, 3, 4] }))).length;
    const work = async (sessions: number): Promise<number> => {
      vi.stubGlobal('indexedDB', new IDBFactory());
      const store = await open();
      for (let index = 0; index < sessions; index++) {
        const keys = Array.from({ length: runs }, (_, run) => 1 + index * runs + run);
        await store.save(`s${index}`, 0, holding(keys));
        for (const one of keys) await putOutcome(keyOf(one));
      }
      const shelves = openShelves();
      let read = 0;
      const counting = between(shelves, () => {
        read++;
        return Promise.resolve();
      });
      const { total } = await counted(() => sweep(counting, Date.now()));
      return total + read;
    };
    const [few, many] = [await work(5), await work(20)];
    expect(few).toBeGreaterThan(5 * runs);
    expect(many).toBeLessThan(4.5 * few);
  });
});

/** The same shelves, with something that happens before each transaction. */
function between({ library, outcomes }: Shelves, happens: () => Promise<void>): Shelves {
  const watched = (database: Shelves['library']): Shelves['library'] =>
    Object.assign(Object.create(database) as Shelves['library'], {
      read: async <Value>(body: (store: IDBObjectStore) => Promise<Value>) => {
        await happens();
        return database.read(body);
      },
      write: async <Value>(body: (store: IDBObjectStore) => Promise<Value>) => {
        await happens();
        return database.write(body);
      },
    });
  return { library: watched(library), outcomes: watched(outcomes) };
}

describe('a sweep of what came with files', () => {
  const guestsLeft = async (): Promise<string[]> => (await allKeys<string>(createStore('lottery-ticket-lab-guests', 'records'))).sort();
  const sweepAll = (): Promise<void> => sweepGuests(openShelves().library, openGuests());
  const [held, orphan] = [1, 2].map((number) => `${keyOf(number)}/${'a'.repeat(64)}`);

  async function stored(): Promise<SessionStore> {
    const store = await open();
    await store.save('a', 0, holding([1]));
    const guests = createStore('lottery-ticket-lab-guests', 'records');
    for (const name of [held, orphan]) {
      await set(name, Uint8Array.of(1), guests);
      await set(`size/${name}`, 1, guests);
    }
    await set('ledger/1', 1, guests);
    return store;
  }

  it('takes what no session speaks of, and its size, and leaves what a newer build stored under names of its own', async () => {
    const store = await stored();
    await sweepAll();
    expect(await guestsLeft()).toEqual([held, 'ledger/1', `size/${held}`].sort());
    await store.remove('a');
    await sweepAll();
    expect(await guestsLeft()).toEqual(['ledger/1']);
  });

  it('takes nothing while a session cannot be read', async () => {
    const store = await stored();
    const library = createStore(LIBRARY, 'records');
    const entry = await get<object>('entry/a', library);
    await set('entry/b', { ...entry, id: 'b', keys: [], damaged: true }, library);
    await set('session/b', 'not what it was', library);
    await sweepAll();
    expect(await guestsLeft()).toHaveLength(5);
    await store.remove('b');
    await sweepAll();
    expect(await guestsLeft()).toHaveLength(3);
  });
});
