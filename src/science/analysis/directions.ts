/** Directions in the space of a network's weights. */
import type { Model } from '../../models/model.ts';
import { normal } from '../../numerics/sampling.ts';
import { stream } from '../../numerics/streams.ts';
import { getBit, type Mask } from '../mask.ts';
import type { Tensors } from '../tensors.ts';

/** The part of a direction that keeps absent weights absent. */
export const masked = (model: Model, mask: Mask, direction: Tensors): Tensors =>
  Object.fromEntries(
    model.parameters.map(({ name, prunable }) => [
      name,
      prunable ? direction[name].map((value, index) => (getBit(mask[name], index) ? value : 0)) : direction[name],
    ]),
  );

/**
 * A random direction of the stream `streamName/parameter`, normalised filter by filter (Li et al. 2018): the kept weights
 * into each unit, or of each output channel, have the length that the network's own have there. Cut weights do not move,
 * absent or frozen, nor do biases and normalisation parameters.
 */
export function filterNormalised(model: Model, mask: Mask, weights: Tensors, seed: number, streamName: string): Tensors {
  return Object.fromEntries(
    model.parameters.map(({ name, prunable, shape, size }) => {
      const direction = new Float32Array(size);
      if (!prunable) return [name, direction];
      const source = stream(seed, `${streamName}/${name}`);
      const kept = new Float32Array(size);
      for (let index = 0; index < size; index++) {
        const value = normal(source);
        if (!getBit(mask[name], index)) continue;
        direction[index] = value;
        kept[index] = weights[name][index];
      }
      const width = size / shape[0];
      for (let filter = 0; filter < shape[0]; filter++) {
        const row = direction.subarray(filter * width, (filter + 1) * width);
        const length = Math.sqrt(dot(row, row));
        const own = kept.subarray(filter * width, (filter + 1) * width);
        const scale = length === 0 ? 0 : Math.sqrt(dot(own, own)) / length;
        row.forEach((value, index) => (row[index] = scale * value));
      }
      return [name, direction];
    }),
  );
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index] * other[index];
  return sum;
}

/** Scalar product over all parameters, in canonical order. */
export const inner = (model: Model, one: Tensors, other: Tensors): number =>
  model.parameters.reduce((sum, { name }) => sum + dot(one[name], other[name]), 0);

/** Σ factor × direction. */
export const combined = (model: Model, terms: readonly (readonly [factor: number, direction: Tensors])[]): Tensors =>
  Object.fromEntries(
    model.parameters.map(({ name, size }) => [
      name,
      new Float32Array(size).map((_, index) => terms.reduce((sum, [factor, direction]) => sum + factor * direction[name][index], 0)),
    ]),
  );
