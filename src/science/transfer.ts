/**
 * Transfer (Morcos et al. 2019): the ticket is drawn on one task, with one optimiser, from one seed, and trained on
 * another. What it is drawn on has a plan of its own, the same recipe with those sections put in the place of the
 * recipe's; its runs are ordinary runs of that plan.
 */
import type { Plan } from './plan.ts';
import type { Recipe } from './recipe/schema.ts';

/** The recipe that draws the tickets; null where the recipe draws its own. */
export function sourceRecipe(recipe: Recipe): Recipe | null {
  const { transfer } = recipe;
  return transfer === null ? null : { ...recipe, task: transfer.task, training: transfer.training, transfer: null, arms: ['ticket'] };
}

/** The plan that draws the tickets of a plan: grown as that did, or from nothing where what that grew from draws its own. */
export function sourcePlan({ recipe, from }: Plan): Plan | null {
  const source = sourceRecipe(recipe);
  if (source === null) return null;
  if (from === null) return { recipe: source, from: null };
  const origin = sourcePlan(from.plan);
  return { recipe: source, from: origin === null ? null : { plan: origin, level: from.level } };
}

/** Whose masks a seed trains. */
export const sourceSeed = ({ transfer }: Recipe, seed: number): number => seed + (transfer?.seedOffset ?? 0);

/** Whose start weights a seed trains: those that the ticket was drawn with, or its own under the ticket's mask. */
export const startSeed = (recipe: Recipe, seed: number): number => (recipe.transfer?.take === 'ticket' ? sourceSeed(recipe, seed) : seed);
