/** Histograms of a layer's kept weights, binned where the weights are so that views get counts, not weights. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { getBit, type Bits, type Mask } from '../mask.ts';
import type { Tensors } from '../tensors.ts';

/** Bins on either side of zero. */
export const BINS_PER_SIDE = 24;

export interface LayerHistogram {
  readonly parameter: string;
  /** Bins are equal parts of [−limit, limit]; weights beyond are counted in the outermost. */
  readonly limit: number;
  /** Kept weights a bin, where training started and now; 2 × BINS_PER_SIDE entries. */
  readonly start: Uint32Array;
  readonly now: Uint32Array;
}

export function bin(values: Float32Array, present: Bits, limit: number): Uint32Array {
  const bins = new Uint32Array(2 * BINS_PER_SIDE);
  const scale = BINS_PER_SIDE / limit;
  for (let index = 0; index < values.length; index++) {
    if (!getBit(present, index)) continue;
    const place = Math.floor(values[index] * scale) + BINS_PER_SIDE;
    bins[Math.min(bins.length - 1, Math.max(0, place))]++;
  }
  return bins;
}

/** Four times the root mean square of a layer's present weights: a range that holds most of them. */
export function limitOf(start: Float32Array, present: Bits): number {
  let sum = 0;
  let count = 0;
  for (let index = 0; index < start.length; index++) {
    if (!getBit(present, index)) continue;
    sum += start[index] * start[index];
    count++;
  }
  return count === 0 || sum === 0 ? 1 : 4 * Math.sqrt(sum / count);
}

/** One histogram a prunable parameter, in canonical order. `limits` fixes the ranges, by parameter. */
export function histograms(
  model: Model,
  mask: Mask,
  start: Tensors,
  now: Tensors,
  limits: Readonly<Record<string, number>>,
): LayerHistogram[] {
  return prunableParameters(model).map(({ name }) => ({
    parameter: name,
    limit: limits[name],
    start: bin(start[name], mask[name], limits[name]),
    now: bin(now[name], mask[name], limits[name]),
  }));
}
