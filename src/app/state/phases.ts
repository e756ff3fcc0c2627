/**
 * The three stops of a level when somebody steps by phase. Pruning and rewinding are drawn at once; that they are shown
 * one after the other is the page's doing, and training waits meanwhile.
 */
import { recipeAt, type Plan } from '../../science/plan.ts';
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
