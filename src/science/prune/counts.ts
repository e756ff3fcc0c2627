/**
 * How many weights a level keeps. Each round cuts, per layer, round-half-up(rate × kept now);
 * under global scope one such count is taken over all prunable weights together.
 */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import type { Recipe } from '../recipe/schema.ts';

type Pruning = Recipe['pruning'];

/** Weights left of `kept` after one round at `rate` (0 ≤ rate < 1). */
export function keptAfterRound(kept: number, rate: number): number {
  return kept - Math.floor(rate * kept + 0.5);
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

function afterRounds(size: number, rate: number, rounds: number): number {
  let kept = size;
  for (let round = 0; round < rounds; round++) kept = keptAfterRound(kept, rate);
  return kept;
}

/** Weights each prunable parameter keeps at a level under layerwise scope. */
export function layerwiseCounts(pruning: Pruning, model: Model, level: number): Record<string, number> {
  return Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => [name, afterRounds(size, layerRate(pruning, model, name), level)]),
  );
}

/** Weights the whole network keeps at a level under global scope. */
export function globalCount(pruning: Pruning, model: Model, level: number): number {
  const total = prunableParameters(model).reduce((sum, { size }) => sum + size, 0);
  return afterRounds(total, pruning.rate, level);
}

/** Density (0..1) of every level 0..levels: known before anything trains. */
export function densityLadder(pruning: Pruning, model: Model): number[] {
  const total = prunableParameters(model).reduce((sum, { size }) => sum + size, 0);
  return Array.from({ length: pruning.levels + 1 }, (_, level) => {
    const kept =
      pruning.scope === 'global'
        ? globalCount(pruning, model, level)
        : Object.values(layerwiseCounts(pruning, model, level)).reduce((sum, count) => sum + count, 0);
    return kept / total;
  });
}
