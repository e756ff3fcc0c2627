/** m = P(θ): from scores to the mask of a level, by the recipe's scope, rates and schedule. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { stream } from '../../numerics/streams.ts';
import { countBits, denseMask, type Mask } from '../mask.ts';
import { parentLevel, recipeAt, type Plan } from '../plan.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Tensors } from '../tensors.ts';
import { keptAfterRounds, layerRate } from './counts.ts';
import { keepTop } from './top.ts';

type Pruning = Recipe['pruning'];

/** What is left of `from` after so many rounds, cut at once by the scores. `tieStream` names the stream of `seed` that settles ties. */
export function prune(pruning: Pruning, model: Model, from: Mask, scores: Tensors, rounds: number, seed: number, tieStream: string): Mask {
  const names = prunableParameters(model).map(({ name }) => name);
  const contender = (name: string) => ({ scores: scores[name], present: from[name] });
  if (pruning.scope === 'global') {
    const present = names.reduce((sum, name) => sum + countBits(from[name]), 0);
    const kept = keepTop(names.map(contender), keptAfterRounds(present, pruning.rate, rounds), stream(seed, tieStream));
    return Object.fromEntries(names.map((name, index) => [name, kept[index]]));
  }
  const keep = (name: string) => keptAfterRounds(countBits(from[name]), layerRate(pruning, model, name), rounds);
  return Object.fromEntries(names.map((name) => [name, keepTop([contender(name)], keep(name), stream(seed, `${tieStream}/${name}`))[0]]));
}

/** The mask of `level` when the same scores decide every round, as for random masks. */
export function pruneByFixedScores(plan: Plan, model: Model, scores: Tensors, level: number, seed: number, tieStream: string): Mask {
  if (level === 0) return denseMask(model);
  const parent = parentLevel(plan, level);
  const from = pruneByFixedScores(plan, model, scores, parent, seed, tieStream);
  return prune(recipeAt(plan, level).pruning, model, from, scores, level - parent, seed, `${tieStream}/${level}`);
}
