/** What the next round would cut from a level as it stands. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { drawMask } from '../draw.ts';
import { countBits, getBit, type Mask } from '../mask.ts';
import { parentLevel, recipeAt, type Plan } from '../plan.ts';
import { quotaOf } from '../prune/counts.ts';
import { smallestKept, type Sizes } from '../prune/smallest.ts';
import { needsSlopes } from '../prune/slopes.ts';
import { isCut } from '../recipe/method.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { RunId } from '../result.ts';
import type { Tensors } from '../tensors.ts';
import { BINS_PER_SIDE, bin, binOf, type Cut, type Limits } from './histogram.ts';

/** Whether the next level will be cut from this run: only tickets are, in one shot only the first one, where tickets are transferred none, and the last level never. */
export const isCutNext = (plan: Plan, { arm, level }: RunId): boolean =>
  arm === 'ticket' &&
  plan.recipe.transfer === null &&
  isCut(recipeAt(plan, level + 1)) &&
  level < plan.recipe.pruning.levels &&
  parentLevel(plan, level + 1) === level;

/**
 * The weights that the next level cuts from this one, when these are its final weights: the mask of the one less that of
 * the other. Null where nothing is cut from it, and where scores need derivatives, which only an engine has.
 */
export function nextCut(plan: Plan, model: Model, { seed, arm, level }: RunId, mask: Mask, final: Tensors): Mask | null {
  if (!isCutNext(plan, { seed, arm, level }) || needsSlopes(recipeAt(plan, level + 1).pruning.criterion)) return null;
  return difference(mask, drawMask(plan, model, { seed, arm, level: level + 1 }, { mask, final: { parameters: final, buffers: {} } }));
}

/** What `from` keeps and `to` does not. */
export const difference = (from: Mask, to: Mask): Mask =>
  Object.fromEntries(
    Object.entries(from).map(([name, { size, bytes }]) => [name, { size, bytes: bytes.map((byte, at) => byte & ~to[name].bytes[at]) }]),
  );

/** Whether a threshold of |w| parts what stays from what goes: each weight by itself, by the size it was trained to. */
export const isCutBySize = ({ pruning: { criterion, structure, signAware, scoredAt } }: Recipe): boolean =>
  criterion === 'magnitude' && structure === 'weights' && !signAware && scoredAt === 'final';

/**
 * Per prunable parameter, the size (|w|) under which the present weights would be cut by the next round; null unless the
 * criterion is their size, each for itself. Where weights of exactly that size would be cut too, a later draw decides which.
 */
export function nextThresholds(plan: Plan, model: Model, level: number, mask: Mask, now: Tensors): Record<string, number> | null {
  if (!isCutBySize(recipeAt(plan, level + 1))) return null;
  const names = prunableParameters(model).map(({ name }) => name);
  const sizes = (name: string): Sizes => ({ weights: now[name], present: mask[name] });
  const present = Object.fromEntries(names.map((name) => [name, countBits(mask[name])]));
  const { total, layers } = quotaOf(plan, model, level + 1, present);
  if (layers !== null) return Object.fromEntries(names.map((name) => [name, smallestKept([sizes(name)], layers[name])]));
  const threshold = smallestKept(names.map(sizes), total);
  return Object.fromEntries(names.map((name) => [name, threshold]));
}

/** What a threshold cuts, binned. */
export function cutBelow(thresholds: Readonly<Record<string, number>>, mask: Mask, now: Tensors, limits: Limits): Record<string, Cut> {
  return Object.fromEntries(
    Object.entries(thresholds).map(([name, threshold]) => {
      const counts = new Uint32Array(2 * BINS_PER_SIDE);
      const weights = now[name];
      for (let index = 0; index < weights.length; index++) {
        const weight = weights[index];
        if (Math.abs(weight) < threshold && getBit(mask[name], index)) counts[binOf(weight, limits[name])]++;
      }
      return [name, { counts, threshold }];
    }),
  );
}

/** Exactly the weights of `cut`, binned; `thresholds` says where their sizes end, where size decides. */
export function cutExactly(
  cut: Mask,
  now: Tensors,
  limits: Limits,
  thresholds: Readonly<Record<string, number>> | null,
): Record<string, Cut> {
  return Object.fromEntries(
    Object.entries(cut).map(([name, bits]) => [
      name,
      { counts: bin(now[name], bits, limits[name]), threshold: thresholds?.[name] ?? null },
    ]),
  );
}
