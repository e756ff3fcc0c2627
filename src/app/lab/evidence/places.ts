/** The levels of a session that can be compared. Apart from branches.ts, since it loads with the comparison. */
import { branchOf, ownerBranch, type Branch, type Session } from '../../../sessions/session.ts';
import type { BranchEvidence } from './branches.ts';

/** A level, named by the branch that trained it: every level of a session is one spot. */
export interface Spot {
  readonly branchId: string;
  readonly level: number;
}

/** A spot with what is known of its branch. */
export interface Place {
  readonly of: BranchEvidence;
  readonly level: number;
}

/** The levels that a branch trains itself, first to last: those after the level it grew from. None where its recipe ends before. */
export function ownLevels({ fromLevel, recipe }: Branch): number[] {
  const first = fromLevel === null ? 0 : fromLevel + 1;
  return Array.from({ length: Math.max(0, recipe.pruning.levels + 1 - first) }, (_, index) => first + index);
}

/**
 * Where a spot is now: its branch may have been put aside, and then the trunk stands for it, or its recipe may have fewer
 * levels by now, and then the nearest does. `branches` are those that train levels themselves, the trunk first.
 */
export function placeOf(branches: readonly BranchEvidence[], { branchId, level }: Spot): Place {
  const of = branches.find(({ branch }) => branch.id === branchId) ?? branches[0];
  const levels = ownLevels(of.branch);
  return { of, level: Math.max(levels[0], Math.min(levels[levels.length - 1], level)) };
}

/** What is worth comparing with a level of a branch: a what-if's with the same level of what it grew from, the trunk's with level 0. */
export function firstPair(session: Session, branchId: string, level: number): readonly [a: Spot, b: Spot] {
  const { id, parent } = ownerBranch(session, branchId, level);
  const spot = { branchId: id, level };
  if (parent === null) return [{ branchId: id, level: 0 }, spot];
  const at = Math.min(level, branchOf(session, parent).recipe.pruning.levels);
  return [{ branchId: ownerBranch(session, parent, at).id, level: at }, spot];
}
