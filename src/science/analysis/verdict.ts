/** What repetitions say of a level: the paired difference to dense, seed by seed, and from three seeds on a verdict. */
import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { MissingRun } from '../divergence.ts';
import type { Arm } from '../recipe/schema.ts';
import type { RunFigures } from './summary.ts';

/** Fewer seeds than this allow no verdict. */
export const LEAST_SEEDS = 3;

export type LevelVerdict = 'winning' | 'matching' | 'losing';

export interface Paired {
  readonly seed: number;
  /** Test accuracy at the last step minus that of the same seed's dense network. */
  readonly accuracy: number;
  /** Early-stop step minus that of the dense network. */
  readonly earlyStop: number;
}

/** Of every seed that has both, in the order of the runs: an arm at a level minus the dense network of that seed. */
export function pairedToDense(runs: readonly RunFigures[], arm: Arm, level: number): Paired[] {
  const dense = new Map(runs.filter((run) => run.level === 0).map((run) => [run.seed, run]));
  return runs
    .filter((run) => run.level === level && (level === 0 || run.arm === arm))
    .flatMap(({ seed, testAccuracy, earlyStop }) => {
      const other = dense.get(seed);
      if (other === undefined) return [];
      return { seed, accuracy: testAccuracy - other.testAccuracy, earlyStop: earlyStop.step - other.earlyStop.step };
    });
}

/** Seeds that have no pair at an arm and level since a run of theirs diverged or was left out, ascending. */
export function seedsWithout(missing: readonly MissingRun[], arm: Arm, level: number): number[] {
  const lost = missing.filter(({ run }) => run.level === 0 || (run.level === level && run.arm === arm));
  return [...new Set(lost.map(({ run }) => run.seed))].sort((one, other) => one - other);
}

/** Sums of shares such as 0.97 are not exact: differences below this are none. */
const ROUNDING = 1e-12;

/**
 * Over the seeds that have both: *winning* where the mean test accuracy is at or above dense and early stop on average no
 * later (Frankle & Carbin 2019); *matching* where the mean is at most one sample standard deviation of dense, over seeds,
 * below it (Frankle et al. 2020); else *losing*. Null at level 0 and with fewer than three seeds.
 */
export function verdictOf(runs: readonly RunFigures[], arm: Arm, level: number): LevelVerdict | null {
  const pairs = level === 0 ? [] : pairedToDense(runs, arm, level);
  if (pairs.length < LEAST_SEEDS) return null;
  const seeds = new Set(pairs.map(({ seed }) => seed));
  const dense = runs.filter((run) => run.level === 0 && seeds.has(run.seed)).map(({ testAccuracy }) => testAccuracy);
  const difference = mean(pairs.map(({ accuracy }) => accuracy));
  if (difference >= -ROUNDING && mean(pairs.map(({ earlyStop }) => earlyStop)) <= 0) return 'winning';
  return difference >= -sampleStandardDeviation(dense) - ROUNDING ? 'matching' : 'losing';
}
