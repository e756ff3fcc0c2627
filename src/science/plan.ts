/**
 * Which recipe governs which level. A what-if takes over some levels of what it grew from and goes on with a recipe of
 * its own; task, model and seeds' streams stay, so that the levels it took over are its own past, too.
 */
import type { Recipe } from './recipe/schema.ts';

export interface Plan {
  /** Governs all levels after `from.level`; all levels where `from` is null. */
  readonly recipe: Recipe;
  readonly from: Origin | null;
}

export interface Origin {
  readonly plan: Plan;
  /** The last level taken over, 0 or more. */
  readonly level: number;
}

/** A recipe that grew from nothing. */
export const planOf = (recipe: Recipe): Plan => ({ recipe, from: null });

/** The plan, this one or one it grew from, whose recipe governs a level. */
export const ownerOf = (plan: Plan, level: number): Plan =>
  plan.from !== null && level <= plan.from.level ? ownerOf(plan.from.plan, level) : plan;

/** Those plans for every level 0..`last`, found in one walk however deep what-ifs lie in one another. */
export function ownersOf(plan: Plan, last = plan.recipe.pruning.levels): readonly Plan[] {
  const owners: Plan[] = [];
  for (let [owner, top] = [plan, last]; ;) {
    const { from } = owner;
    for (let level = top; level > (from?.level ?? -1); level--) owners[level] = owner;
    if (from === null) return owners;
    [owner, top] = [from.plan, Math.min(top, from.level)];
  }
}

export const recipeAt = (plan: Plan, level: number): Recipe => ownerOf(plan, level).recipe;

/** The last level that a plan took over; 0, the dense network, where it grew from nothing. */
export const baseLevel = ({ from }: Plan): number => from?.level ?? 0;

/** The level that a level is cut from: the one before, or the base where all goes at once. */
export function parentLevel(plan: Plan, level: number): number {
  const owner = ownerOf(plan, level);
  return ['one-shot', 'exponential'].includes(owner.recipe.pruning.schedule) ? baseLevel(owner) : level - 1;
}
