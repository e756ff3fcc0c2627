/**
 * How many weights a level keeps. Each round cuts round-half-up(rate × kept now): per layer, or of all prunable weights
 * together, which then compete or are shared out between the layers.
 */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { ownerOf, type Plan } from '../plan.ts';
import type { Recipe } from '../recipe/schema.ts';
import { shareOut } from './allocation.ts';
import { ByLevel } from './by-level.ts';
import { keptAfterRounds } from './rounds.ts';
import { structuredCounts } from './structure-counts.ts';

type Pruning = Recipe['pruning'];

/** A layer's rate under layerwise scope. */
function layerRate(pruning: Pruning, model: Model, parameter: string): number {
  switch (model.rateGroups[parameter]) {
    case 'output':
      return pruning.outputRate;
    case 'conv':
      return pruning.convRate;
    default:
      return pruning.rate;
  }
}

const totalOf = (layers: Readonly<Record<string, number>>): number => Object.values(layers).reduce((sum, count) => sum + count, 0);

/** Weights that a level keeps, as far as it is known before anything trains. */
export interface KeptCount {
  readonly total: number;
  /** By prunable parameter; null where weights of all layers compete. */
  readonly layers: Readonly<Record<string, number>> | null;
}

/**
 * What `level` keeps of so many weights that are present in each layer of the level it is cut from. Under a structure, an
 * estimate where single weights were cut before: units then differ in how many they have.
 */
export function quotaOf(plan: Plan, model: Model, level: number, present: Readonly<Record<string, number>>): KeptCount {
  const { pruning } = ownerOf(plan, level).recipe;
  if (pruning.structure !== 'weights') {
    const layers = structuredCounts(plan, model, level, present);
    return { total: totalOf(layers), layers };
  }
  if (pruning.scope === 'layerwise') {
    const layers = Object.fromEntries(
      Object.entries(present).map(([name, count]) => [name, keptAfterRounds(plan, level, count, layerRate(pruning, model, name))]),
    );
    return { total: totalOf(layers), layers };
  }
  const total = keptAfterRounds(plan, level, totalOf(present), pruning.rate);
  return { total, layers: pruning.scope === 'global' ? null : shareOut(pruning.scope, model, total, present) };
}

/** The counts of the dense network. */
function denseCount(model: Model): KeptCount {
  const layers = Object.fromEntries(prunableParameters(model).map(({ name, size }) => [name, size]));
  return { total: totalOf(layers), layers };
}

const counts = new ByLevel<KeptCount>(denseCount, (plan, model, level, before) =>
  before.layers === null
    ? { total: keptAfterRounds(plan, level, before.total, plan.recipe.pruning.rate), layers: null }
    : quotaOf(plan, model, level, before.layers),
);

/**
 * What a level will keep. Exact, but for a layerwise round after a global one: what each layer lost is not known then,
 * and the total is taken at the common rate.
 */
export const keptAt = (plan: Plan, model: Model, level: number): KeptCount => counts.at(plan, model, level);

/** What every level 0..levels will keep, as far as `keptAt` tells. */
export const keptLadder = (plan: Plan, model: Model): readonly KeptCount[] => counts.upTo(plan, model, plan.recipe.pruning.levels);

/** The counts by layer of a level whose layers do not compete. Throws RangeError under global scope. */
export function layerCounts(plan: Plan, model: Model, level: number): Readonly<Record<string, number>> {
  const { layers } = keptAt(plan, model, level);
  if (layers === null) throw new RangeError('so many weights of every layer are kept here: those of all layers cannot compete');
  return layers;
}

/** Density (0..1) of every level 0..levels: known before anything trains. */
export function densityLadder(plan: Plan, model: Model): number[] {
  const ladder = keptLadder(plan, model);
  return ladder.map(({ total }) => total / ladder[0].total);
}
