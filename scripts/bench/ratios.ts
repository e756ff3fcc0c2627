/** What two contenders' turns say of each other: turns of one round are compared, since the machine was the same for both. */
import { quantile } from 'simple-statistics';

/** How many times as fast: the middle of all rounds, and between which values the middle half of them lies. */
export interface Ratio {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** Of times of the same work, round by round: above 1 where `after` takes less. Throws a RangeError where rounds have no pairs. */
export function ratioOf(before: readonly number[], after: readonly number[]): Ratio {
  if (before.length === 0 || before.length !== after.length) throw new RangeError('turns are compared in pairs');
  const ratios = before.map((time, round) => time / after[round]);
  return { median: quantile(ratios, 0.5), lower: quantile(ratios, 0.25), upper: quantile(ratios, 0.75) };
}

/** Who goes first in a round: neither always, since the first turn finds the caches as the other side left them. */
export const orderOf = (round: number): readonly [0 | 1, 0 | 1] => (round % 2 === 0 ? [0, 1] : [1, 0]);
