/** What the early-bird card shows: of the seed on the stage, while its dense network trains and after. */
import type { EarlyBirdRecord } from '../../../science/early-bird/settling.ts';
import { recipeAt } from '../../../science/plan.ts';
import type { Lab } from '../../state/lab.svelte.ts';

/** The distance of any two masks, in either order; none from itself. */
export function distanceAt(distances: EarlyBirdRecord['distances'], one: number, other: number): number {
  return one === other ? 0 : distances[Math.max(one, other)][Math.min(one, other)];
}

export interface EarlyBirdView {
  readonly record: EarlyBirdRecord;
  readonly tolerance: number;
  readonly window: number;
}

/** Null where the dense network of the branch is not watched, or nothing has been seen of it. */
export function earlyBirdView(lab: Lab): EarlyBirdView | null {
  const { method } = recipeAt(lab.plan, 0);
  if (method.type !== 'early-bird') return null;
  const run = { seed: lab.selection.run.seed, arm: 'ticket', level: 0 } as const;
  const record = lab.experiment.live.find(run)?.earlyBird ?? lab.resultOf(run)?.earlyBird;
  return record === undefined || record.steps.length === 0 ? null : { record, tolerance: method.tolerance, window: method.window };
}
