/** How much the rounds of a level cut: of weights, or of the units, inputs and blocks that a structure counts. */
import { baseLevel, ownerOf, parentLevel, type Plan } from '../plan.ts';

/** What is left of `kept` after one round at `rate` (0 ≤ rate < 1): a round cuts round-half-up(rate × kept now). */
export function keptAfterRound(kept: number, rate: number): number {
  return kept - Math.floor(rate * kept + 0.5);
}

/**
 * Share kept after `done` of `rounds` gradual rounds that together cut what as many iterative ones at `rate` would:
 * s(t) = s_f (1 − (1 − t)³), quick at first and slow at the end (Zhu & Gupta 2017).
 */
function gradualShare(rate: number, done: number, rounds: number): number {
  const rest = 1 - done / rounds;
  let kept = 1;
  for (let round = 0; round < rounds; round++) kept *= 1 - rate;
  return 1 - (1 - kept) * (1 - rest * rest * rest);
}

/** What is left of `kept`, those of the level that `level` is cut from, where a round of the recipe cuts `rate`. */
export function keptAfterRounds(plan: Plan, level: number, kept: number, rate: number): number {
  const owner = ownerOf(plan, level);
  const { schedule, levels } = owner.recipe.pruning;
  const base = baseLevel(owner);
  const share = (at: number): number => gradualShare(rate, at - base, levels - base);
  let left = kept;
  for (let at = parentLevel(plan, level) + 1; at <= level; at++) {
    left = keptAfterRound(left, schedule === 'gradual' ? 1 - share(at) / share(at - 1) : rate);
  }
  return left;
}
