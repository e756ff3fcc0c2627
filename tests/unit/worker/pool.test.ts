import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../../src/science/experiment.ts';
import { LabError } from '../../../src/science/errors.ts';
import { planOf } from '../../../src/science/plan.ts';
import type { RunId } from '../../../src/science/result.ts';
import type { RunOutcome } from '../../../src/science/run.ts';
import { Cancelled } from '../../../src/science/trainer.ts';
import { WorkerGone } from '../../../src/worker/gone.ts';
import { openPool, type Hand } from '../../../src/worker/pool.ts';
import { tinyRecipe } from '../science/recipes.ts';

const recipe = tinyRecipe({ seeds: [1, 2] });
const request = (run: RunId): RunRequest => ({ plan: planOf(recipe), run, ancestors: null, keep: [] });
const nameOf = ({ seed, arm, level }: RunId): string => `${seed} ${arm} ${level}`;
const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Workers whose runs end when the test says so. */
class Workshop {
  readonly hands: {
    ended: boolean;
    die: () => void;
    /** Ends the newest run. */
    finish: () => void;
    running: string | null;
    /** All that are under way. */
    readonly taken: Set<string>;
    calls: string[];
  }[] = [];

  /** How many runs each worker takes at once. */
  constructor(private readonly seats: number) {}

  readonly spawn = (): Hand => {
    const death = new AbortController();
    const die = (): void => death.abort(new WorkerGone('gone'));
    let stop: (error: Error) => void = () => undefined;
    const state: Workshop['hands'][number] = { ended: false, die, finish: () => undefined, running: null, taken: new Set(), calls: [] };
    this.hands.push(state);
    const said = (call: string) => () => {
      state.calls.push(call);
      if (call === 'cancel') stop(new Cancelled());
      return Promise.resolve();
    };
    return {
      gone: death.signal,
      end: () => (state.ended = true),
      worker: {
        prepare: ({ engine, workers = 1 }) => {
          state.calls.push(`prepare ${engine}`);
          return Promise.resolve({
            id: 'sparse',
            workers,
            seats: this.seats,
            engine: { name: 'sparse', backend: null, arithmeticVersion: 3, deterministic: true },
          });
        },
        run: ({ run }) =>
          new Promise<RunOutcome>((resolve, reject) => {
            state.running = nameOf(run);
            state.taken.add(nameOf(run));
            stop = reject;
            state.finish = () => {
              state.running = null;
              state.taken.delete(nameOf(run));
              resolve({ name: nameOf(run) } as unknown as RunOutcome);
            };
          }),
        pause: said('pause'),
        resume: said('resume'),
        setTempo: said('tempo'),
        cancel: said('cancel'),
      },
    };
  };
}

async function pool(most: number, seats = 1) {
  const workshop = new Workshop(seats);
  const client = await openPool(workshop.spawn, most, { recipe, engine: 'auto' }, () => undefined);
  return { workshop, client };
}

describe('the pool', () => {
  it('hires as work comes, up to its size, and settles the engine once', async () => {
    const { workshop, client } = await pool(2);
    expect(workshop.hands.length).toBe(1);
    for (const seed of [1, 2, 3]) void client.run(request({ seed, arm: 'ticket', level: 0 }));
    await tick();
    expect(workshop.hands.map(({ running }) => running)).toEqual(['1 ticket 0', '2 ticket 0']);
    expect(workshop.hands.map(({ calls }) => calls)).toEqual([['prepare auto'], ['prepare sparse', 'tempo']]);
    expect(client.arithmeticVersion).toBe(3);
    workshop.hands[1].finish();
    await tick();
    expect(workshop.hands[1].running).toBe('3 ticket 0');
  });

  it('takes tickets before controls, and lower levels first', async () => {
    const { workshop, client } = await pool(1);
    const order: string[] = [];
    for (const run of [
      { seed: 1, arm: 'ticket', level: 0 },
      { seed: 1, arm: 'reinit', level: 1 },
      { seed: 1, arm: 'ticket', level: 2 },
      { seed: 2, arm: 'ticket', level: 1 },
    ] as const)
      void client.run(request(run)).then(() => order.push(nameOf(run)));
    for (let done = 0; done < 4; done++) {
      await tick();
      workshop.hands[0].finish();
    }
    await tick();
    expect(order).toEqual(['1 ticket 0', '2 ticket 1', '1 reinit 1', '1 ticket 2']);
  });

  it('replaces a worker that dies and trains its run again; a run that kills workers is given up', async () => {
    const { workshop, client } = await pool(1);
    const outcome = client.run(request({ seed: 1, arm: 'ticket', level: 0 }));
    await tick();
    workshop.hands[0].die();
    await tick();
    expect(workshop.hands[0].ended).toBe(true);
    expect(workshop.hands[1].running).toBe('1 ticket 0');
    workshop.hands[1].finish();
    expect(await outcome).toEqual({ name: '1 ticket 0' });
    const fatal = client.run(request({ seed: 2, arm: 'reinit', level: 1 }));
    fatal.catch(() => undefined);
    for (const hand of [1, 2]) {
      await tick();
      workshop.hands[hand].die();
    }
    await expect(fatal).rejects.toThrow(/reinit arm at level 1 died twice/);
  });

  it('replaces a worker that dies while it has nothing to do, at no cost to the next run', async () => {
    const { workshop, client } = await pool(1);
    for (const hand of [0, 1, 2]) {
      workshop.hands[hand].die();
      await tick();
      expect(workshop.hands[hand].ended).toBe(true);
      const outcome = client.run(request({ seed: hand, arm: 'ticket', level: 0 }));
      await tick();
      workshop.hands[hand + 1].finish();
      expect(await outcome).toEqual({ name: `${hand} ticket 0` });
    }
  });

  it('opens once more where its first worker dies before it is ready; where that dies, too, says so', async () => {
    const stillborn = (deaths: number) => {
      const workshop = new Workshop(1);
      const spawn = (): Hand => {
        const hand = workshop.spawn();
        if (workshop.hands.length > deaths) return hand;
        workshop.hands[workshop.hands.length - 1].die();
        return { ...hand, worker: { ...hand.worker, prepare: () => new Promise(() => undefined) } };
      };
      return { workshop, opened: openPool(spawn, 1, { recipe, engine: 'auto' }, () => undefined) };
    };
    const once = stillborn(1);
    expect((await once.opened).arithmeticVersion).toBe(3);
    expect(once.workshop.hands.map(({ ended }) => ended)).toEqual([true, false]);
    const twice = stillborn(2);
    await expect(twice.opened).rejects.toThrow(LabError);
    await expect(twice.opened).rejects.toThrow(/ended twice \(gone\).*Close other tabs/);
    expect(twice.workshop.hands.map(({ ended }) => ended)).toEqual([true, true]);
  });

  it('gives a worker as many runs as it has seats for', async () => {
    const { workshop, client } = await pool(1, 3);
    for (const seed of [1, 2, 3, 4]) void client.run(request({ seed, arm: 'ticket', level: 0 }));
    await tick();
    expect([...workshop.hands[0].taken]).toEqual(['1 ticket 0', '2 ticket 0', '3 ticket 0']);
    workshop.hands[0].finish();
    await tick();
    expect([...workshop.hands[0].taken]).toEqual(['1 ticket 0', '2 ticket 0', '4 ticket 0']);
    expect(workshop.hands).toHaveLength(1);
  });

  it('trains all runs of a worker that dies again, each by itself, so that only the one that kills workers is given up', async () => {
    const { workshop, client } = await pool(1, 3);
    const ended: string[] = [];
    const runs = [1, 2, 3].map((seed) => client.run(request({ seed, arm: 'ticket', level: 0 })));
    runs.forEach((run, index) => void run.then(() => ended.push(`ended ${index + 1}`)).catch(() => ended.push(`gone ${index + 1}`)));
    await tick();
    workshop.hands[0].die();
    await tick();
    expect([...workshop.hands[1].taken]).toEqual(['1 ticket 0']);
    workshop.hands[1].die();
    await tick();
    for (const next of ['2 ticket 0', '3 ticket 0']) {
      expect([...workshop.hands[2].taken]).toEqual([next]);
      workshop.hands[2].finish();
      await tick();
    }
    expect(ended).toEqual(['gone 1', 'ended 2', 'ended 3']);
    for (const seed of [4, 5]) void client.run(request({ seed, arm: 'ticket', level: 0 }));
    await tick();
    expect([...workshop.hands[2].taken]).toEqual(['4 ticket 0', '5 ticket 0']);
  });

  it('pauses and resumes all, and those hired while paused, at the tempo of all', async () => {
    const { workshop, client } = await pool(2);
    void client.run(request({ seed: 1, arm: 'ticket', level: 0 }));
    client.pause();
    void client.run(request({ seed: 2, arm: 'ticket', level: 0 }));
    await tick();
    expect(workshop.hands.map(({ calls }) => calls.slice(1))).toEqual([['pause'], ['tempo', 'pause']]);
    client.resume();
    expect(workshop.hands.map(({ calls }) => calls.at(-1))).toEqual(['resume', 'resume']);
  });

  it('cancel ends what runs and what waits; the workers stay', async () => {
    const { workshop, client } = await pool(1);
    const runs = [1, 2].map((seed) => client.run(request({ seed, arm: 'ticket', level: 0 })));
    await tick();
    client.cancel();
    for (const run of runs) await expect(run).rejects.toBeInstanceOf(Cancelled);
    expect(workshop.hands[0].ended).toBe(false);
    const again = client.run(request({ seed: 1, arm: 'ticket', level: 0 }));
    await tick();
    workshop.hands[0].finish();
    expect(await again).toEqual({ name: '1 ticket 0' });
  });

  it('dispose ends every worker and every run', async () => {
    const { workshop, client } = await pool(2);
    const runs = [1, 2, 3].map((seed) => client.run(request({ seed, arm: 'ticket', level: 0 })));
    await tick();
    client.dispose();
    for (const run of runs) await expect(run).rejects.toBeInstanceOf(Cancelled);
    expect(workshop.hands.every(({ ended }) => ended)).toBe(true);
    await expect(client.run(request({ seed: 1, arm: 'ticket', level: 0 }))).rejects.toBeInstanceOf(Cancelled);
  });
});
