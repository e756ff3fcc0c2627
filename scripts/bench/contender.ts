/** What is raced: one engine training one network, and turns taken so that a busy machine is busy for all of them. */
import type { Mask } from '../../src/science/mask.ts';

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
const TURN_MS = 10;

/** Milliseconds of training before the clock counts. */
const WARM_UP_MS = 200;

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
    // The first steps compile; those after them tell how long a turn is.
    await contender.train(2);
    const guess = (await contender.train(2)) / 2;
    // Another engine's compiler takes its time: warmed up is what has run a while.
    if (guess < SLOW_STEP_MS) await contender.train(Math.ceil(WARM_UP_MS / guess));
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
