import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Keeper, type Shelf } from '../../../../src/app/state/keeper.svelte.ts';
import { Notices } from '../../../../src/app/state/notices.svelte.ts';
import type { RunOutcome } from '../../../../src/science/run.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleOutcome, sampleSession } from '../../sessions/sample.ts';

const recipe = tinyRecipe({ seeds: [1], arms: ['ticket'] });
const session = sampleSession(recipe);
const outcome = sampleOutcome(recipe, { seed: 1, arm: 'ticket', level: 0 });
const { key } = outcome.result;

/** A store in memory. */
function shelf(): { store: Shelf; saved: string[]; kept: Map<string, RunOutcome> } {
  const saved: string[] = [];
  const kept = new Map<string, RunOutcome>();
  const store = {
    last: () => Promise.resolve(null),
    list: () => Promise.resolve([]),
    save: (id: string, revision: number) => {
      saved.push(id);
      return Promise.resolve(revision + 1);
    },
    notebook: {
      find: (asked: string) => Promise.resolve(kept.get(asked) ?? null),
      keep: (one: RunOutcome) => Promise.resolve(void kept.set(one.result.key, one)),
    },
  };
  return { store: store as unknown as Shelf, saved, kept };
}

/** The first `silent` times that the store is opened, nothing happens. */
function keeperOf(silent: number): { keeper: Keeper; notices: Notices; attempts: () => number } & ReturnType<typeof shelf> {
  const made = shelf();
  const notices = new Notices();
  let attempts = 0;
  const keeper = new Keeper({
    openStore: () => (attempts++ < silent ? new Promise<Shelf>(() => undefined) : Promise.resolve(made.store)),
    sweep: () => Promise.resolve(),
    notices,
    newId: () => 'mine',
    fork: () => session,
  });
  return { keeper, notices, attempts: () => attempts, ...made };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('storage that does not answer', () => {
  it('is waited for once, for less than two seconds, and said', async () => {
    const { keeper, notices } = keeperOf(Infinity);
    const found = vi.fn();
    void keeper.notebook().find(key).then(found);
    await vi.advanceTimersByTimeAsync(2000);
    expect(found).toHaveBeenCalledExactlyOnceWith(null);
    expect(notices.of('storage')?.message).toMatch(/does not answer, so nothing can be saved/);
    // Everybody after that goes on at once.
    const next = vi.fn();
    void keeper.notebook().keep(outcome).then(next);
    // Files open, too.
    const guests = await keeper.guests();
    void guests.recognise(session).then(next);
    await vi.advanceTimersByTimeAsync(50);
    expect(next).toHaveBeenCalledTimes(2);
    expect(next).toHaveBeenCalledWith(session);
    keeper.save(session);
    expect(keeper.state).toBe('failed');
    expect(await keeper.notebook().find(key)).toBe(outcome);
  });

  it('is opened anew every five seconds; what there was to keep is kept then, and the notice goes', async () => {
    const { keeper, notices, attempts, saved, kept } = keeperOf(3);
    keeper.save(session);
    void keeper.notebook().keep(outcome);
    await vi.advanceTimersByTimeAsync(14_900);
    expect(attempts()).toBe(3);
    expect([saved, kept.size]).toEqual([[], 0]);
    await vi.advanceTimersByTimeAsync(200);
    expect(attempts()).toBe(4);
    expect(saved).toEqual(['mine']);
    expect([...kept.keys()]).toEqual([key]);
    expect(notices.all).toEqual([]);
    expect(keeper.state).toBe('saved');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts()).toBe(4);
  });

  it('is not said of storage that answers', async () => {
    const { keeper, notices } = keeperOf(0);
    keeper.save(session);
    expect(await keeper.within(keeper.last())).toBeNull();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(notices.all).toEqual([]);
    expect(keeper.state).toBe('saved');
  });
});
