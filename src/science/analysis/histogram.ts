/** Histograms of a layer's kept weights, binned where the weights are so that views get counts, not weights. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { deviations } from '../init.ts';
import { getBit, type Bits, type Mask } from '../mask.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Tensors } from '../tensors.ts';

/** Bins on either side of zero. */
export const BINS_PER_SIDE = 32;

/** Standard deviations of the init on either side of zero: room for what training usually does to a layer's weights. */
const DEVIATIONS = 5;

/** A range is widened when more than this share of the weights lies beyond it, by this factor. */
const MOST_BEYOND = 0.02;
const WIDER = 1.5;

/** The ranges of histograms, by prunable parameter: bins are equal parts of [−limit, limit]. */
export type Limits = Readonly<Record<string, number>>;

export interface LayerHistogram {
  readonly parameter: string;
  /** Weights beyond are counted in the outermost bins. */
  readonly limit: number;
  /** Kept weights a bin, where training started and now; 2 × BINS_PER_SIDE entries. */
  readonly start: Uint32Array;
  readonly now: Uint32Array;
  /** Of `now`, those that would be cut if the level were pruned at this moment; null where nobody can tell or nothing is cut. */
  readonly next: Uint32Array | null;
  /** Weights of a smaller size than this would be cut; null where size does not decide. */
  readonly threshold: number | null;
}

/** What would be cut now, per prunable parameter. */
export interface Cut {
  readonly counts: Uint32Array;
  readonly threshold: number | null;
}

/** One range a layer for all levels, arms and seeds of a recipe: otherwise nothing would appear to move. */
export function limitsOf(model: Model, { model: { init } }: Recipe): Limits {
  return Object.fromEntries(
    prunableParameters(model).map(({ name, filling }) => [name, filling.kind === 'random' ? DEVIATIONS * deviations[init](filling) : 1]),
  );
}

/** The ranges, wider where these weights have outgrown them. They never get narrower. */
export function widened(limits: Limits, mask: Mask, weights: Tensors): Limits {
  return Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => {
      let wide = limit;
      while (shareBeyond(weights[name], mask[name], wide) > MOST_BEYOND) wide *= WIDER;
      return [name, wide];
    }),
  );
}

function shareBeyond(weights: Float32Array, present: Bits, limit: number): number {
  let kept = 0;
  let beyond = 0;
  for (let index = 0; index < weights.length; index++) {
    if (!getBit(present, index)) continue;
    kept++;
    const size = Math.abs(weights[index]);
    if (size > limit && size < Infinity) beyond++;
  }
  return kept === 0 ? 0 : beyond / kept;
}

/** The bin that a value falls into. */
export function binOf(value: number, limit: number): number {
  const place = Math.floor((value / limit) * BINS_PER_SIDE) + BINS_PER_SIDE;
  return Math.min(2 * BINS_PER_SIDE - 1, Math.max(0, place));
}

/** Counts of the present weights a bin. */
export function bin(values: Float32Array, present: Bits, limit: number): Uint32Array {
  const bins = new Uint32Array(2 * BINS_PER_SIDE);
  for (let index = 0; index < values.length; index++) if (getBit(present, index)) bins[binOf(values[index], limit)]++;
  return bins;
}

/** One histogram a prunable parameter, in canonical order; `cut` tells what would go next, by parameter. */
export function histograms(
  model: Model,
  mask: Mask,
  start: Tensors,
  now: Tensors,
  limits: Limits,
  cut: Readonly<Record<string, Cut>> | null,
): LayerHistogram[] {
  return prunableParameters(model).map(({ name }) => ({
    parameter: name,
    limit: limits[name],
    start: bin(start[name], mask[name], limits[name]),
    now: bin(now[name], mask[name], limits[name]),
    next: cut?.[name].counts ?? null,
    threshold: cut?.[name].threshold ?? null,
  }));
}
