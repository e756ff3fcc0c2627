/**
 * How many weights a level keeps. Each round cuts, per layer, round-half-up(rate × kept now);
 * under global scope one such count is taken over all prunable weights together.
 */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { parentLevel, recipeAt, type Plan } from '../plan.ts';
import type { Recipe } from '../recipe/schema.ts';

type Pruning = Recipe['pruning'];

/** Weights left of `kept` after one round at `rate` (0 ≤ rate < 1). */
export function keptAfterRound(kept: number, rate: number): number {
  return kept - Math.floor(rate * kept + 0.5);
}

export function keptAfterRounds(kept: number, rate: number, rounds: number): number {
  let left = kept;
  for (let round = 0; round < rounds; round++) left = keptAfterRound(left, rate);
  return left;
}

/** A layer's rate under layerwise scope. */
export function layerRate(pruning: Pruning, model: Model, parameter: string): number {
  switch (model.rateGroups[parameter]) {
    case 'output':
      return pruning.outputRate;
    case 'conv':
      return pruning.convRate;
    default:
      return pruning.rate;
  }
}

/** Weights that a level keeps, as far as it is known before anything trains. */
export interface KeptCount {
  readonly total: number;
  /** By prunable parameter; null once weights of all layers have competed. */
  readonly layers: Readonly<Record<string, number>> | null;
}

/**
 * What a level will keep. Exact, but for a layerwise round after a global one: what each layer lost is not known then,
 * and the total is taken at the common rate.
 */
export function keptAt(plan: Plan, model: Model, level: number): KeptCount {
  if (level === 0) {
    const layers = Object.fromEntries(prunableParameters(model).map(({ name, size }) => [name, size]));
    return { total: totalOf(layers), layers };
  }
  const { pruning } = recipeAt(plan, level);
  const parent = parentLevel(plan, level);
  const before = keptAt(plan, model, parent);
  if (pruning.scope === 'global' || before.layers === null)
    return { total: keptAfterRounds(before.total, pruning.rate, level - parent), layers: null };
  const layers = Object.fromEntries(
    Object.entries(before.layers).map(([name, kept]) => [name, keptAfterRounds(kept, layerRate(pruning, model, name), level - parent)]),
  );
  return { total: totalOf(layers), layers };
}

const totalOf = (layers: Readonly<Record<string, number>>): number => Object.values(layers).reduce((sum, count) => sum + count, 0);

/** Density (0..1) of every level 0..levels: known before anything trains. */
export function densityLadder(plan: Plan, model: Model): number[] {
  const { total } = keptAt(plan, model, 0);
  return Array.from({ length: plan.recipe.pruning.levels + 1 }, (_, level) => keptAt(plan, model, level).total / total);
}
