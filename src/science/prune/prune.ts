/** m = P(θ): from scores to the mask of a level, by the recipe's scope, rates and schedule. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { stream } from '../../numerics/streams.ts';
import { denseMask, type Mask } from '../mask.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Tensors } from '../tensors.ts';
import { globalCount, layerwiseCounts } from './counts.ts';
import { keepTop } from './top.ts';

type Pruning = Recipe['pruning'];

/** The level whose final weights a level is cut from: the one before, or level 0 where all goes in one shot. */
export const parentLevel = (pruning: Pruning, level: number): number => (pruning.schedule === 'one-shot' ? 0 : level - 1);

/**
 * The mask of `level`, cut from `from` by the scores.
 * `tieStream` names the stream of `seed` that settles ties.
 */
export function prune(pruning: Pruning, model: Model, from: Mask, scores: Tensors, level: number, seed: number, tieStream: string): Mask {
  const names = prunableParameters(model).map(({ name }) => name);
  const contender = (name: string) => ({ scores: scores[name], present: from[name] });
  if (pruning.scope === 'global') {
    const kept = keepTop(names.map(contender), globalCount(pruning, model, level), stream(seed, `${tieStream}/${level}`));
    return Object.fromEntries(names.map((name, index) => [name, kept[index]]));
  }
  const counts = layerwiseCounts(pruning, model, level);
  return Object.fromEntries(
    names.map((name) => [name, keepTop([contender(name)], counts[name], stream(seed, `${tieStream}/${level}/${name}`))[0]]),
  );
}

/** The mask of `level` when the same scores decide every round, as for random masks. */
export function pruneByFixedScores(pruning: Pruning, model: Model, scores: Tensors, level: number, seed: number, tieStream: string): Mask {
  if (pruning.schedule === 'one-shot')
    return level === 0 ? denseMask(model) : prune(pruning, model, denseMask(model), scores, level, seed, tieStream);
  let mask = denseMask(model);
  for (let round = 1; round <= level; round++) mask = prune(pruning, model, mask, scores, round, seed, tieStream);
  return mask;
}
