/** What is raced: one engine training one network, and turns taken so that a busy machine is busy for all of them. */
import type { Mask } from '../../src/science/mask.ts';

/**
 * The time in ms: by the wall clock, or the processor time that this process has had, which on a busy machine says more
 * (engines' helper threads, for compiling and collecting garbage, are counted with it).
 */
export const clock = {
  kind: 'wall' as 'wall' | 'cpu',
  now(): number {
    if (clock.kind === 'wall') return performance.now();
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

export interface Contender {
  readonly engine: string;
  /** Goes back to the start weights under a mask, with a fresh optimiser. */
  restart(mask: Mask): Promise<void>;
  /** Trains so many steps more and returns how long they took, in ms. */
  train(steps: number): Promise<number>;
  dispose(): void;
}

/** A contender at one density, and its turns in ms a step. */
export interface Entry {
  readonly engine: string;
  readonly density: number;
  readonly turns: readonly number[];
}

/** Milliseconds that a turn should take: little, so that some turns find the processor free on a busy machine. */
const TURN_MS = 15;

/** Milliseconds of training before the clock counts. */
const WARM_UP_MS = 200;

/** Short turns whose fastest tells how many steps make a turn. */
const PROBES = 6;

/** A contender whose step takes longer than this in ms sits out all rounds but the first few. */
const SLOW_STEP_MS = 150;
const ROUNDS = 41;
const ROUNDS_OF_THE_SLOW = 3;

/** Lets all take turns, round after round, each with a network of its own. */
export async function race(
  runners: readonly { readonly contender: Contender; readonly density: number; readonly mask: Mask }[],
): Promise<Entry[]> {
  const prepared = [];
  for (const { contender, density, mask } of runners) {
    await contender.restart(mask);
    // The first steps compile; warmed up is what has run a while.
    await contender.train(2);
    let guess = (await contender.train(2)) / 2;
    if (guess < SLOW_STEP_MS) await contender.train(Math.ceil(WARM_UP_MS / guess));
    for (let probe = 0; probe < PROBES && guess < SLOW_STEP_MS; probe++) guess = Math.min(guess, (await contender.train(8)) / 8);
    prepared.push({ contender, density, guess, steps: Math.max(1, Math.round(TURN_MS / guess)), turns: [] as number[] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { contender, guess, steps, turns } of prepared) {
      if (guess > SLOW_STEP_MS && round >= ROUNDS_OF_THE_SLOW) continue;
      turns.push((await contender.train(steps)) / steps);
    }
  }
  return prepared.map(({ contender, density, turns }) => ({ engine: contender.engine, density, turns }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
