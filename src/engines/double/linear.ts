/** Dense layers and convolutions on dual numbers; a dense layer is a convolution of an image of one pixel. */
import { volume, type Layer, type Shape } from '../../models/model.ts';
import { product, zeros, type Dual } from './dual.ts';
import type { Pass } from './layers.ts';

interface Geometry {
  readonly input: Shape;
  readonly output: Shape;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

type LinearLayer = Extract<Layer, { kind: 'dense' | 'conv2d' }>;

const geometryOf = (layer: LinearLayer): Geometry =>
  layer.kind === 'conv2d'
    ? layer
    : { input: { height: 1, width: 1, channels: layer.inputs }, output: layer.output, kernel: 1, stride: 1, padding: 0 };

/** The layer on `count` examples, with weight [units][kernel][kernel][channels] and bias [units] or null. */
export function linear(layer: LinearLayer, count: number, x: Dual, weight: Dual, bias: Dual | null): Pass {
  const geometry = geometryOf(layer);
  const units = geometry.output.channels;
  const { channels } = geometry.input;
  const rowSize = geometry.kernel * geometry.kernel * channels;
  const output = zeros(count * volume(geometry.output));
  if (bias !== null) {
    output.value.forEach((_, index) => (output.value[index] = bias.value[index % units]));
    output.slope.forEach((_, index) => (output.slope[index] = bias.slope[index % units]));
  }
  const forward = (w: Float64Array, from: Float64Array, to: Float64Array): void =>
    overTaps(geometry, count, (tap, input, place) => {
      for (let unit = 0; unit < units; unit++) {
        const row = unit * rowSize + tap;
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) sum += w[row + channel] * from[input + channel];
        to[place + unit] += sum;
      }
    });
  const byInputs = (w: Float64Array, dy: Float64Array, dx: Float64Array): void =>
    overTaps(geometry, count, (tap, input, place) => {
      for (let unit = 0; unit < units; unit++) {
        const row = unit * rowSize + tap;
        const slope = dy[place + unit];
        for (let channel = 0; channel < channels; channel++) dx[input + channel] += slope * w[row + channel];
      }
    });
  const byWeights = (dy: Float64Array, from: Float64Array, dw: Float64Array): void =>
    overTaps(geometry, count, (tap, input, place) => {
      for (let unit = 0; unit < units; unit++) {
        const row = unit * rowSize + tap;
        const slope = dy[place + unit];
        for (let channel = 0; channel < channels; channel++) dw[row + channel] += slope * from[input + channel];
      }
    });
  product(forward, weight, x, output);
  return {
    output,
    backward(dy, [dx], gradients) {
      product(byInputs, weight, dy, dx);
      product(byWeights, dy, x, gradients[layer.weight]);
      if (layer.bias === null) return;
      const db = gradients[layer.bias];
      dy.value.forEach((slope, index) => (db.value[index % units] += slope));
      dy.slope.forEach((slope, index) => (db.slope[index % units] += slope));
    },
  };
}

/** Every place of the kernel at every place of the output: offset in a row of weights, first input channel, first unit. */
function overTaps(
  { input, output, kernel, stride, padding }: Geometry,
  count: number,
  visit: (tap: number, input: number, place: number) => void,
): void {
  for (let example = 0; example < count; example++) {
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++) {
        const place = (example * output.height + y) * output.width + x;
        for (let ky = 0; ky < kernel; ky++) {
          const row = y * stride + ky - padding;
          if (row < 0 || row >= input.height) continue;
          for (let kx = 0; kx < kernel; kx++) {
            const column = x * stride + kx - padding;
            if (column < 0 || column >= input.width) continue;
            const pixel = (example * input.height + row) * input.width + column;
            visit((ky * kernel + kx) * input.channels, pixel * input.channels, place * output.channels);
          }
        }
      }
    }
  }
}
