/**
 * The three stops of a level when somebody steps by phase. Pruning and rewinding are drawn at once; that they are shown
 * one after the other is the page's doing, and training waits meanwhile.
 */
import { parentLevel, recipeAt, type Plan } from '../../science/plan.ts';
import type { RunId } from '../../science/result.ts';

export type LevelPhase = 'prune' | 'rewind' | 'train';

/** Where a level stands. */
export interface Standing {
  readonly level: number;
  /** Its mask and start weights are there. */
  readonly isDrawn: boolean;
  /** Its cut is shown, and the survivors are still where the level before left them. */
  readonly isCut: boolean;
}

/** The phase that comes next. The dense network is cut from nothing and has but one. */
export function nextPhase({ level, isDrawn, isCut }: Standing): LevelPhase {
  if (level > 0 && !isDrawn) return 'prune';
  return isCut ? 'rewind' : 'train';
}

/** Whether a run's kept weights go back, or elsewhere, before it trains: those that go on from where they are do not. */
export const travels = (plan: Plan, { arm, level }: Pick<RunId, 'arm' | 'level'>): boolean =>
  level > 0 && (recipeAt(plan, level).rewind.weights !== 'final' || arm === 'reinit');

/** The run that a run's mask is cut from: a random mask from the one of its own arm, all others from a ticket. Level 0 is one run. */
export function cutFrom(plan: Plan, { seed, arm, level }: RunId): RunId {
  const parent = parentLevel(plan, level);
  return { seed, arm: arm === 'random-mask' && parent > 0 ? arm : 'ticket', level: parent };
}

/** Whether it is known how a run's mask came out of another: edge-popup learns one for every arm. */
export const isCut = (plan: Plan, { arm, level }: RunId): boolean =>
  level > 0 && (recipeAt(plan, level).method.type === 'prune' || arm === 'ticket' || arm === 'reinit');
