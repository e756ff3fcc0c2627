/**
 * Convolution and pooling out of slices, concatenation and matrix products: every backend has those, each can be
 * differentiated twice, and no gradient is added up in an order that varies. (WASM has no gradient of a convolution's filter.)
 */
import { add, concat, maximum, mul, pad, reshape, slice, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Layer, Shape } from '../../models/model.ts';
import { product } from './product.ts';

type OfKind<Kind extends Layer['kind']> = Extract<Layer, { readonly kind: Kind }>;

/** Weight [outputChannels][kernelHeight][kernelWidth][inputChannels], bias [outputChannels] or null. */
export function convolve(layer: OfKind<'conv2d'>, inputs: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const { height, width, channels } = layer.output;
  const window = { size: layer.kernel, stride: layer.stride, padding: layer.padding, input: layer.input, output: layer.output };
  const parts = taps(inputs, window);
  const patchSize = layer.kernel * layer.kernel * layer.input.channels;
  const patches = reshape(parts.length === 1 ? parts[0] : concat(parts, 3), [-1, patchSize]);
  const sums = product(patches, reshape(weight, [channels, patchSize]), false, true);
  return reshape(bias === null ? sums : add(sums, bias), [-1, height, width, channels]);
}

/** Of equal values in a window the first, row by row, gets the gradient. */
export const maxPool = (layer: OfKind<'max-pool' | 'average-pool'>, inputs: Tensor): Tensor =>
  taps(inputs, { ...layer, padding: 0 }).reduce((most, tap) => maximum(most, tap));

export const averagePool = (layer: OfKind<'max-pool' | 'average-pool'>, inputs: Tensor): Tensor =>
  mul(
    taps(inputs, { ...layer, padding: 0 }).reduce((total, tap) => add(total, tap)),
    1 / (layer.size * layer.size),
  );

export function globalAveragePool({ input }: OfKind<'global-average-pool'>, inputs: Tensor): Tensor {
  const pixels = input.height * input.width;
  return mul(sum(reshape(inputs, [-1, pixels, input.channels]), 1), 1 / pixels);
}

interface Window {
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
  readonly input: Shape;
  readonly output: Shape;
}

/** For each place in the window, row by row, what the windows see there: an image [batch][height][width][channels] of the output's size. */
function taps(inputs: Tensor, { size, stride, padding, input, output }: Window): Tensor[] {
  // Strides are taken by cutting rows and columns into groups of `stride` and slicing at one place of all groups.
  const groups = { rows: output.height - 1 + Math.ceil(size / stride), columns: output.width - 1 + Math.ceil(size / stride) };
  const image = fitted(
    reshape(inputs, [-1, input.height, input.width, input.channels]),
    padding,
    groups.rows * stride,
    groups.columns * stride,
  );
  const { channels } = input;
  const phase = (row: number, column: number): Tensor => {
    if (stride === 1) return image;
    const grouped = reshape(image, [-1, stride, groups.columns, stride * channels]);
    return reshape(slice(grouped, [0, row, 0, column * channels], [-1, 1, -1, channels]), [-1, groups.rows, groups.columns, channels]);
  };
  const phases = Array.from({ length: Math.min(stride, size) }, (_, row) =>
    Array.from({ length: Math.min(stride, size) }, (_, column) => phase(row, column)),
  );
  const places = Array.from({ length: size }, (_, index) => index);
  return places.flatMap((row) =>
    places.map((column) => {
      const from = phases[row % stride][column % stride];
      if (groups.rows === output.height && groups.columns === output.width) return from;
      return slice(from, [0, Math.floor(row / stride), Math.floor(column / stride), 0], [-1, output.height, output.width, -1]);
    }),
  );
}

/** `padding` zeros above and to the left, then zeros or cuts below and to the right up to a height and width. */
function fitted(image: Tensor, padding: number, height: number, width: number): Tensor {
  const [, rows, columns] = image.shape as [number, number, number, number];
  const below = height - padding - rows;
  const right = width - padding - columns;
  const zeros = [padding, Math.max(0, below), Math.max(0, right)];
  const padded = zeros.some((count) => count > 0)
    ? pad(image, [
        [0, 0],
        [padding, zeros[1]],
        [padding, zeros[2]],
        [0, 0],
      ])
    : image;
  return below < 0 || right < 0 ? slice(padded, [0, 0, 0, 0], [-1, height, width, -1]) : padded;
}
