import { mkdtemp, readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutcomeStore } from '../../../src/cli/outcomes.ts';
import { storeAction } from '../../../src/cli/store.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { honestOutcome } from '../sessions/sample.ts';

const told = vi.spyOn(console, 'error').mockReturnValue();
afterAll(() => {
  vi.restoreAllMocks();
});
const recipe = tinyRecipe();
const outcomes = [0, 1, 2].map((level) => honestOutcome(recipe, { seed: 1, arm: 'ticket', level }));
const [first, second] = outcomes;

let store: OutcomeStore;
const pathOf = (key: string): string => join(store.folder, `${key}.run`);
/** As if it had last been used so many days ago. */
const age = (path: string, days: number): Promise<void> => utimes(path, new Date(), new Date(Date.now() - 86_400_000 * days));

beforeEach(async () => {
  store = await OutcomeStore.open(await mkdtemp(join(tmpdir(), 'lab-store-')));
  for (const outcome of outcomes) await store.keep(outcome);
  told.mockClear();
});

describe('the store', () => {
  it('finds what it keeps, and nothing else', async () => {
    expect(await store.find(first.result.key)).toEqual(first);
    expect(await store.find('0'.repeat(64))).toBeNull();
  });

  it('takes a damaged or misplaced outcome for none, and says which', async () => {
    const bytes = await readFile(pathOf(first.result.key));
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(pathOf(first.result.key), bytes);
    expect(await store.find(first.result.key)).toBeNull();
    await rename(pathOf(second.result.key), pathOf(first.result.key));
    expect(await store.find(first.result.key)).toBeNull();
    expect(told.mock.calls.map(([message]) => message as string)).toEqual([
      expect.stringContaining(first.result.key),
      expect.stringContaining(first.result.key),
    ]);
  });

  it('takes the same outcome from several writers at once', async () => {
    await Promise.all(Array.from({ length: 10 }, () => store.keep(first)));
    expect(await store.find(first.result.key)).toEqual(first);
    expect(await readdir(store.folder)).toHaveLength(3);
  });
});

describe('`lab store`', () => {
  const none = { olderThan: undefined, downTo: undefined };

  it('tells the size', async () => {
    const { bytes } = await store.size();
    expect(bytes).toBeGreaterThan(3000);
    expect(await storeAction('size', store, none)).toBe(`${store.folder}: 3 outcomes, ${(bytes / 1e6).toFixed(1)} MB`);
  });

  it('deletes what was not used for long, and what killed processes left', async () => {
    await age(pathOf(first.result.key), 10);
    await age(pathOf(second.result.key), 10);
    // What is used is young again.
    await store.find(second.result.key);
    await writeFile(join(store.folder, 'old.run.new'), 'half');
    await age(join(store.folder, 'old.run.new'), 1);
    await writeFile(join(store.folder, 'young.run.new'), 'half');
    expect(await storeAction('prune', store, { ...none, olderThan: '7' })).toMatch(/1 outcomes deleted, .* 2 outcomes left/);
    expect(await store.find(first.result.key)).toBeNull();
    expect((await readdir(store.folder)).filter((name) => name.endsWith('.new'))).toEqual(['young.run.new']);
  });

  it('deletes what was used longest ago, down to a size', async () => {
    await age(pathOf(second.result.key), 2);
    await age(pathOf(first.result.key), 1);
    const { bytes } = await store.size();
    await storeAction('prune', store, { ...none, downTo: String((bytes - 1) / 1e6) });
    expect(await store.find(second.result.key)).toBeNull();
    expect(await store.find(first.result.key)).toEqual(first);
    await storeAction('prune', store, { ...none, downTo: '0' });
    expect((await store.size()).outcomes).toBe(0);
  });

  it.each([
    [none, '--older-than'],
    [{ olderThan: 'a week', downTo: undefined }, '--older-than'],
    [{ olderThan: '', downTo: undefined }, '--older-than'],
    [{ olderThan: undefined, downTo: '-1' }, '--down-to'],
  ])('refuses to prune by %j', async (limits, subject) => {
    await expect(storeAction('prune', store, limits)).rejects.toMatchObject({ subject });
    expect((await store.size()).outcomes).toBe(3);
  });
});
