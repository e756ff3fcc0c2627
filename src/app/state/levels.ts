/** The levels as the timeline shows them, from the plan and what has been found. */
import { missingOf, type Mark, type MissingRun } from '../../science/divergence.ts';
import { groupBy } from '../../science/group.ts';
import { runsOfLevel } from '../../science/experiment.ts';
import type { Plan } from '../../science/plan.ts';
import type { RunId } from '../../science/result.ts';
import type { Spread, Summary } from '../../science/analysis/summary.ts';
import { runName, type LiveRun } from './live.svelte.ts';

export interface LevelState {
  readonly level: number;
  /** Share of the prunable weights kept, 0..1. */
  readonly density: number;
  /** Test accuracy of the tickets; null where none is known. */
  readonly accuracy: Spread | null;
  readonly isDone: boolean;
  /** What there will be no result of. */
  readonly missing: readonly MissingRun[];
  /** 0..1 over all runs of the level. */
  readonly progress: number;
}

const progressOf = ({ start, position, end }: LiveRun): number => (end > start ? (position - start) / (end - start) : 1);

export function levelStates(
  plan: Plan,
  ladder: readonly number[],
  finished: readonly RunId[],
  live: readonly LiveRun[],
  summaries: readonly Summary[],
  marks: readonly Mark[],
): LevelState[] {
  const begun = new Set([...finished, ...live.map(({ run }) => run)].map(({ level }) => level));
  const done = new Set(finished.map(runName));
  const going = new Map(live.map((run) => [runName(run.run), progressOf(run)]));
  const accuracies = new Map(summaries.filter(({ arm }) => arm === 'ticket').map(({ level, testAccuracy }) => [level, testAccuracy]));
  // Most levels of many branches are still to come: no run of theirs need be looked at.
  const all = ladder.map((_, level) =>
    begun.has(level) || marks.length > 0 ? plan.recipe.seeds.flatMap((seed) => runsOfLevel(plan, seed, level)) : [],
  );
  // Of all levels at once: there may be thousands of marks, which are not to be looked through for each of them.
  const allMissing = missingOf(
    plan,
    marks.length === 0 ? [] : all.flat().filter((run) => !done.has(runName(run)) && !going.has(runName(run))),
    marks,
  );
  const lost = new Set(allMissing.map(({ run }) => runName(run)));
  const missingBy = groupBy(allMissing, ({ run }) => run.level);
  const isOver = (name: string): boolean => done.has(name) || lost.has(name);
  return ladder.map((density, level) => {
    const accuracy = accuracies.get(level) ?? null;
    const runs = all[level].map(runName);
    const missing = missingBy.get(level) ?? [];
    if (runs.length === 0) return { level, density, accuracy, isDone: false, missing, progress: 0 };
    const progress = runs.reduce((sum, name) => sum + (isOver(name) ? 1 : (going.get(name) ?? 0)), 0) / runs.length;
    return { level, density, accuracy, isDone: runs.every(isOver), missing, progress };
  });
}
