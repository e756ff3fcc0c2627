/** Masks that edge-popup (edge-popup.ts) makes of scores; apart from it, since every worker draws and few learn by it. */
import { prunableParameters, type Model } from '../../models/model.ts';
import { stream } from '../../numerics/streams.ts';
import { initialise } from '../init.ts';
import { bitsWhere, countBits, denseMask, type Mask } from '../mask.ts';
import type { Plan } from '../plan.ts';
import { layerCounts } from '../prune/counts.ts';
import { smallestKept } from '../prune/smallest.ts';
import { keepTop } from '../prune/top.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { RunId } from '../result.ts';
import type { Tensors } from '../tensors.ts';

export type Settings = Extract<Recipe['method'], { type: 'edge-popup' }>;

/** What the bound of Kaiming's uniform draw, √(6/fan-in), is divided by. */
const narrowing: Readonly<Record<Settings['scoreInit'], number>> = { 'kaiming-uniform': 1, 'fan-in-uniform': Math.sqrt(6) };

/** The scores that a level starts from, of a stream of their own. */
export function firstScores(model: Model, { seed, level }: RunId, { scoreInit }: Settings): Tensors {
  const { parameters } = initialise(model, 'kaiming-uniform', seed, `scores/${level}`);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, values.map((value) => value / narrowing[scoreInit])]),
  );
}

/** Which weights a layer uses under these scores: exactly those that the recipe's ladder keeps, in every layer. */
export function popUp(model: Model, scores: Tensors, counts: Readonly<Record<string, number>>, seed: number): Mask {
  const dense = denseMask(model);
  return Object.fromEntries(
    prunableParameters(model).map(({ name }) => {
      const present = dense[name];
      const threshold = smallestKept([{ weights: scores[name], present }], counts[name]);
      const kept = bitsWhere(present.size, (at) => Math.abs(scores[name][at]) >= threshold);
      // Where more are at the threshold than have a place, a draw decides, as for every mask.
      if (countBits(kept) === counts[name]) return [name, kept];
      const contender = { scores: scores[name].map(Math.abs), present };
      return [name, keepTop([contender], counts[name], stream(seed, `popup-ties/${name}`))[0]];
    }),
  );
}

/** The mask before anything is learned. */
export const firstMask = (plan: Plan, model: Model, run: RunId, settings: Settings): Mask =>
  popUp(model, firstScores(model, run, settings), layerCounts(plan, model, run.level), run.seed);
