/** m = P(θ): from scores to the mask of a level, by the recipe's scope, rates and schedule. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { pow } from '../../numerics/elementary.ts';
import { stream } from '../../numerics/streams.ts';
import { countBits, type Mask } from '../mask.ts';
import { recipeAt, type Plan } from '../plan.ts';
import type { Tensors } from '../tensors.ts';
import { quotaOf, type KeptCount } from './counts.ts';
import { structures } from './structure.ts';
import { keepTop } from './top.ts';

/** Rounds of scoring and cutting that an exponential schedule makes of one level (Tanaka et al. 2020, §6). */
const EXPONENTIAL_ROUNDS = 100;

/**
 * The mask of `level`, cut from the mask `from` of the level it comes from. `score` is asked for the scores of what is
 * left, once, or before each of the small rounds of an exponential schedule. `tieStream` names the stream of `seed` that settles ties.
 */
export function prune(
  plan: Plan,
  model: Model,
  level: number,
  from: Mask,
  score: (left: Mask) => Tensors,
  seed: number,
  tieStream: string,
): Mask {
  if (recipeAt(plan, level).pruning.schedule !== 'exponential') return cutOnce(plan, model, level, from, score(from), seed, tieStream);
  const present = presentIn(from);
  const quota = quotaOf(plan, model, level, present);
  let mask = from;
  for (let round = 1; round <= EXPONENTIAL_ROUNDS; round++) {
    mask = cut(model, mask, score(mask), onTheWay(present, quota, round / EXPONENTIAL_ROUNDS), seed, `${tieStream}/round-${round}`);
  }
  return mask;
}

/** All that a level cuts, by one set of scores. */
export function cutOnce(plan: Plan, model: Model, level: number, from: Mask, scores: Tensors, seed: number, tieStream: string): Mask {
  const { structure } = recipeAt(plan, level).pruning;
  if (structure === 'weights') return cut(model, from, scores, quotaOf(plan, model, level, presentIn(from)), seed, tieStream);
  return structures[structure].cut({ plan, model, level, from, scores, ties: (name) => stream(seed, `${tieStream}/${name}`) });
}

const presentIn = (mask: Mask): Record<string, number> =>
  Object.fromEntries(Object.entries(mask).map(([name, bits]) => [name, countBits(bits)]));

/** What is kept at a share (0..1) of an exponential way: before × (after/before)^share. */
function onTheWay(before: Readonly<Record<string, number>>, { total, layers }: KeptCount, share: number): KeptCount {
  const between = (from: number, to: number): number => (from === 0 || to === 0 ? to : Math.floor(from * pow(to / from, share) + 0.5));
  if (share === 1) return { total, layers };
  const sum = Object.values(before).reduce((one, other) => one + other, 0);
  return {
    total: between(sum, total),
    layers:
      layers === null ? null : Object.fromEntries(Object.entries(layers).map(([name, count]) => [name, between(before[name], count)])),
  };
}

function cut(model: Model, from: Mask, scores: Tensors, { total, layers }: KeptCount, seed: number, tieStream: string): Mask {
  const names = prunableParameters(model).map(({ name }) => name);
  const contender = (name: string) => ({ scores: scores[name], present: from[name] });
  if (layers === null) {
    const kept = keepTop(names.map(contender), total, stream(seed, tieStream));
    return Object.fromEntries(names.map((name, index) => [name, kept[index]]));
  }
  return Object.fromEntries(names.map((name) => [name, keepTop([contender(name)], layers[name], stream(seed, `${tieStream}/${name}`))[0]]));
}
