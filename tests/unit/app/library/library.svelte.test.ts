import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { matching } from '../../../../src/app/library/words.ts';
import { Library, UNDO_MS } from '../../../../src/app/library/library.svelte.ts';
import { Lab } from '../../../../src/app/state/lab.svelte.ts';
import { renameSession } from '../../../../src/sessions/session.ts';
import { openStore, type SessionStore } from '../../../../src/sessions/store.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleSession } from '../../sessions/sample.ts';

const recipe = tinyRecipe({ name: 'Tiny' });
const session = sampleSession(recipe);

let store: SessionStore;
let memory: Map<string, string>;

/** A tab of the lab, on the browser's one storage. */
function openTab(): { lab: Lab; library: Library } {
  const storage = {
    getItem: (key: string) => memory.get(key) ?? null,
    setItem: (key: string, value: string) => void memory.set(key, value),
    removeItem: (key: string) => void memory.delete(key),
  };
  let next = 0;
  const lab = new Lab({
    openLab: () => Promise.reject(new Error('nothing trains here')),
    analyst: () => ({ answer: Promise.reject(new Error('nothing is analysed here')), cancel: () => undefined }),
    student: () => Promise.reject(new Error('nothing is studied here')),
    openStore,
    leaveLink: () => undefined,
    sweep: () => Promise.resolve(),
    readLink: () => Promise.reject(new Error('no link is read here')),
    fetchText: () => Promise.reject(new Error('nothing is fetched here')),
    memory: () => storage,
    schedule: () => undefined,
    now: () => 0,
    newId: () => `new-${next++}`,
    first: recipe,
  });
  return { lab, library: new Library(lab, () => storage) };
}

const names = (library: Library): string[] =>
  matching(library.sound, library.query)
    .map(({ name }) => name)
    .sort();
const isStored = async (id: string): Promise<boolean> => (await store.list()).some((entry) => entry.id === id);

beforeEach(async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  memory = new Map();
  store = await openStore();
  await store.save('a', 0, session);
  await store.save('b', 0, renameSession(sampleSession(tinyRecipe({ model: { family: 'mlp', hidden: [30] } })), 'Wide'));
});
afterEach(() => {
  vi.useRealTimers();
});

describe('searching', () => {
  it.each([
    ['', ['Tiny', 'Wide']],
    ['wi', ['Wide']],
    ['WIDE', ['Wide']],
    ['12-8', ['Tiny']],
    ['digits 30', ['Wide']],
    ['shuffled', ['Tiny', 'Wide']],
    ['tiny 30', []],
    ['13 runs', []],
  ])('‘%s’ finds %j', async (query, expected) => {
    const { library } = openTab();
    await library.refresh();
    library.query = query;
    expect(names(library)).toEqual(expected);
  });
});

describe('renaming and duplicating', () => {
  it('renames what is stored; blanks change nothing', async () => {
    const { library } = openTab();
    await library.refresh();
    await library.rename('a', '  Other  ');
    await library.rename('b', '   ');
    expect(names(library)).toEqual(['Other', 'Wide']);
    expect((await store.load('a')).revision).toBe(2);
    expect((await store.load('b')).revision).toBe(1);
  });

  it('what is on the bench is renamed there, so that its next save is no stale one', async () => {
    const { lab, library } = openTab();
    await lab.open.stored('a');
    await library.refresh();
    await library.rename('a', 'Other');
    expect(lab.name).toBe('Other');
    await vi.waitFor(async () => expect((await store.load('a')).session.branches[0].name).toBe('Other'));
    expect(lab.keeper.id).toBe('a');
    expect(lab.notices.all).toEqual([]);
  });

  it('a duplicate is a session of its own', async () => {
    const { library } = openTab();
    await library.refresh();
    await library.duplicate('a', 'c');
    expect(names(library)).toEqual(['Tiny', 'Tiny (copy)', 'Wide']);
    await library.rename('c', 'Third');
    expect((await store.load('a')).session).toEqual(session);
  });

  it('a damaged session cannot be duplicated, and says so', async () => {
    const { lab, library } = openTab();
    const { createStore, set } = await import('idb-keyval');
    await set('session/a', 'nonsense', createStore('lottery-ticket-lab', 'records'));
    await library.refresh();
    await library.duplicate('a', 'c');
    expect(lab.notices.of('open')?.message).toMatch(/‘Tiny’ cannot be read/);
    expect([library.damaged.map(({ id }) => id), names(library)]).toEqual([['a'], ['Wide']]);
  });
});

describe('deleting', () => {
  it('is out of sight at once, on disk till the time to undo is over', async () => {
    const { library } = openTab();
    await library.refresh();
    await library.remove('a');
    expect(names(library)).toEqual(['Wide']);
    vi.advanceTimersByTime(UNDO_MS - 1);
    expect([library.leaving?.id, await isStored('a')]).toEqual(['a', true]);
    vi.advanceTimersByTime(1);
    await vi.waitFor(() => expect(library.leaving).toBeNull());
    expect(await isStored('a')).toBe(false);
    expect(names(library)).toEqual(['Wide']);
  });

  it('undone, it is as it was, for good', async () => {
    const { library } = openTab();
    await library.refresh();
    await library.remove('a');
    await library.undo();
    vi.advanceTimersByTime(2 * UNDO_MS);
    await library.refresh();
    expect(names(library)).toEqual(['Tiny', 'Wide']);
    expect((await store.load('a')).session).toEqual(session);
  });

  it('a second deletion ends the first', async () => {
    const { library } = openTab();
    await library.refresh();
    await library.remove('a');
    await library.remove('b');
    expect([await isStored('a'), await isStored('b'), library.leaving?.id]).toEqual([false, true, 'b']);
    await library.undo();
    expect(names(library)).toEqual(['Wide']);
  });

  it('of what is on the bench leaves the recipe there; undone, the session is back', async () => {
    const { lab, library } = openTab();
    await lab.open.stored('a');
    await library.refresh();
    await library.remove('a');
    expect([lab.session.runs.length, lab.recipe, lab.keeper.id]).toEqual([0, recipe, expect.stringMatching(/^new-/)]);
    await library.undo();
    expect([lab.session, lab.keeper.id]).toEqual([session, 'a']);
  });

  it('is finished by the next visit where the page closes before', async () => {
    const first = openTab();
    await first.library.refresh();
    await first.library.remove('a');
    first.library.end();
    expect(await isStored('a')).toBe(true);
    const { library } = openTab();
    await library.begin();
    expect(await isStored('a')).toBe(false);
    expect(memory.has('leaving')).toBe(false);
  });
});

describe('sizes', () => {
  it('count the text of a session and the weights of its runs, once each', async () => {
    const { library } = openTab();
    const { sampleOutcome } = await import('../../sessions/sample.ts');
    const outcome = sampleOutcome(recipe, { seed: 1, arm: 'ticket', level: 1 });
    await store.notebook.keep(outcome);
    await library.refresh();
    const [entry] = library.sound.filter(({ id }) => id === 'a');
    const weights = [...(await store.sizes()).values()][0];
    expect(weights).toBeGreaterThan(1000);
    expect(library.sizeOf(entry)).toBe(entry.bytes + weights);
  });
});
