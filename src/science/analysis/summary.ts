/** What the seeds of one arm and level say together: means with their ranges, as the figures draw them. */
import { max, mean, min } from 'simple-statistics';
import { groupBy } from '../group.ts';
import type { Arm } from '../recipe/schema.ts';
import type { RunResult } from '../result.ts';

/** Of a figure over seeds. */
export interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

export interface Summary {
  readonly arm: Arm;
  readonly level: number;
  /** Share of the prunable weights kept, 0..1. */
  readonly density: Spread;
  /** Test accuracy at the last step, 0..1. */
  readonly testAccuracy: Spread;
  readonly earlyStopStep: Spread;
  /** Test accuracy at early stop, 0..1. */
  readonly earlyStopTestAccuracy: Spread;
}

/** The figures of a run that a summary needs; a shared link holds no more. */
export interface RunFigures extends Pick<RunResult, 'seed' | 'arm' | 'level' | 'density'> {
  readonly testAccuracy: number;
  readonly earlyStop: { readonly step: number; readonly testAccuracy: number };
}

export const figuresOf = ({ seed, arm, level, density, metrics, earlyStop }: RunResult): RunFigures => ({
  seed,
  arm,
  level,
  density,
  testAccuracy: metrics.accuracy.test,
  earlyStop: { step: earlyStop.step, testAccuracy: earlyStop.metrics.accuracy.test },
});

const spread = (values: readonly number[]): Spread => {
  const list = [...values];
  return { mean: mean(list), min: min(list), max: max(list), count: list.length };
};

/**
 * One summary per level and arm that has runs, by level and then in the order in which arms first appear.
 * Level 0, shared by all arms, is the ticket's.
 */
export function summarise(runs: readonly RunFigures[]): Summary[] {
  const arms = [...new Set(runs.map(({ arm }) => arm))];
  const levels = [...groupBy(runs, ({ level }) => level)].sort(([one], [other]) => one - other);
  return levels.flatMap(([level, known]) => {
    const byArm = groupBy(known, ({ arm }) => arm);
    return arms.flatMap((arm) => {
      const of = byArm.get(arm);
      if (of === undefined) return [];
      return {
        arm,
        level,
        density: spread(of.map((run) => run.density)),
        testAccuracy: spread(of.map((run) => run.testAccuracy)),
        earlyStopStep: spread(of.map((run) => run.earlyStop.step)),
        earlyStopTestAccuracy: spread(of.map((run) => run.earlyStop.testAccuracy)),
      };
    });
  });
}
