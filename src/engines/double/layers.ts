/** Every layer on dual numbers: a forward pass that remembers what its backward pass needs. */
import { volume, type Layer, type Shape } from '../../models/model.ts';
import { exp } from '../../numerics/elementary.ts';
import { alike, zeros, type Dual, type Duals } from './dual.ts';
import { linear } from './linear.ts';
import { normalise } from './normalisation.ts';

export interface Pass {
  /** [examples][height × width × channels] */
  readonly output: Dual;
  /** From the gradient by the output, adds to the gradients by the layer's inputs and by its parameters. */
  backward(gradient: Dual, inputs: readonly Dual[], parameters: Duals): void;
}

export function forward(layer: Layer, inputs: readonly Dual[], parameters: Duals, count: number): Pass {
  const [x] = inputs;
  switch (layer.kind) {
    case 'dense':
    case 'conv2d':
      return linear(layer, count, x, parameters[layer.weight], layer.bias === null ? null : parameters[layer.bias]);
    case 'max-pool':
      return maxPool({ ...layer, width: layer.size, height: layer.size }, count, x);
    case 'average-pool':
      return averagePool({ ...layer, width: layer.size, height: layer.size }, count, x);
    case 'global-average-pool':
      return averagePool({ ...layer, width: layer.input.width, height: layer.input.height, stride: 1 }, count, x);
    case 'batch-norm':
      return normalise(layer, x, parameters[layer.scale], parameters[layer.shift]);
    case 'relu':
      return relu(x);
    case 'tanh':
      return tanh(x);
    case 'add':
      return add(inputs);
  }
}

interface Windows {
  readonly input: Shape;
  readonly output: Shape;
  readonly height: number;
  readonly width: number;
  readonly stride: number;
}

/** The indices of each output and, row by row, of the inputs in its window. */
function overWindows({ input, output, height, width, stride }: Windows, count: number, visit: (to: number, from: number) => void): void {
  const { channels } = output;
  for (let to = 0; to < count * volume(output); to++) {
    const channel = to % channels;
    const place = Math.floor(to / channels);
    const x = place % output.width;
    const y = Math.floor(place / output.width) % output.height;
    const example = Math.floor(place / (output.width * output.height));
    for (let ky = 0; ky < height; ky++) {
      const row = (example * input.height + y * stride + ky) * input.width + x * stride;
      for (let kx = 0; kx < width; kx++) visit(to, (row + kx) * channels + channel);
    }
  }
}

/** Which value of a window is the highest does not change along the direction: the derivative of a kink is left out. */
function maxPool(windows: Windows, count: number, x: Dual): Pass {
  const size = count * volume(windows.output);
  const winners = new Int32Array(size).fill(-1);
  overWindows(windows, count, (to, from) => {
    if (winners[to] === -1 || x.value[from] > x.value[winners[to]]) winners[to] = from;
  });
  const output = zeros(size);
  const take = (from: Float64Array, to: Float64Array): void => winners.forEach((winner, index) => (to[index] = from[winner]));
  const give = (dy: Float64Array, dx: Float64Array): void => winners.forEach((winner, index) => (dx[winner] += dy[index]));
  alike(take, x, output);
  return { output, backward: (dy, [dx]) => alike(give, dy, dx) };
}

function averagePool(windows: Windows, count: number, x: Dual): Pass {
  const share = 1 / (windows.height * windows.width);
  const output = zeros(count * volume(windows.output));
  const take = (from: Float64Array, to: Float64Array): void =>
    overWindows(windows, count, (place, source) => (to[place] += from[source] * share));
  const give = (dy: Float64Array, dx: Float64Array): void =>
    overWindows(windows, count, (place, source) => (dx[source] += dy[place] * share));
  alike(take, x, output);
  return { output, backward: (dy, [dx]) => alike(give, dy, dx) };
}

/** Which values are above 0 does not change along the direction. */
function relu(x: Dual): Pass {
  const output = zeros(x.value.length);
  const pass = (from: Float64Array, to: Float64Array): void =>
    from.forEach((value, index) => (to[index] += x.value[index] > 0 ? value : 0));
  alike(pass, x, output);
  return { output, backward: (dy, [dx]) => alike(pass, dy, dx) };
}

function tanh(x: Dual): Pass {
  const size = x.value.length;
  const output = zeros(size);
  for (let index = 0; index < size; index++) {
    const far = 1 - 2 / (exp(2 * Math.abs(x.value[index])) + 1);
    const y = x.value[index] < 0 ? -far : far;
    output.value[index] = y;
    output.slope[index] = (1 - y * y) * x.slope[index];
  }
  return {
    output,
    backward(dy, [dx]) {
      for (let index = 0; index < size; index++) {
        const y = output.value[index];
        dx.value[index] += dy.value[index] * (1 - y * y);
        dx.slope[index] += dy.slope[index] * (1 - y * y) - 2 * y * output.slope[index] * dy.value[index];
      }
    },
  };
}

function add(inputs: readonly Dual[]): Pass {
  const output = zeros(inputs[0].value.length);
  const onto = (from: Float64Array, to: Float64Array): void => from.forEach((value, index) => (to[index] += value));
  for (const input of inputs) alike(onto, input, output);
  return {
    output,
    backward(dy, gradients) {
      for (const gradient of gradients) alike(onto, dy, gradient);
    },
  };
}
