/** The networks that a device is tested with: one of dense layers, one of all the others. */
import { buildModel } from '../models/build.ts';
import type { Model, Parameter, Shape } from '../models/model.ts';

export const testNets: Readonly<Record<'dense' | 'convolution', (input: Shape, classes: number) => Model>> = {
  dense: (input, classes) => buildModel({ family: 'mlp', hidden: [60, 30], activation: 'tanh' }, input, classes),
  convolution,
};

/** Convolutions, strided too, batch normalisation, pooling and a sum of two branches. */
function convolution(input: Shape, classes: number): Model {
  const channels = 8;
  // Strided from the first: half the pictures' size is enough to go wrong on.
  const half = { height: input.height >> 1, width: input.width >> 1, channels };
  const quarter = { height: half.height >> 1, width: half.width >> 1, channels };
  const conv = (name: string, from: string, read: Shape, output: Shape, kernel: number, stride: number) =>
    ({
      ...({ kind: 'conv2d', name, from: [from], output, input: read, kernel, stride, padding: kernel >> 1 } as const),
      ...{ weight: `${name}/weight`, bias: null },
    }) as const;
  const weight = (layer: string, shape: readonly number[]): Parameter => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return {
      name: `${layer}/weight`,
      layer,
      shape,
      size,
      prunable: true,
      filling: { kind: 'random', fanIn: size / shape[0], fanOut: shape[0] },
    };
  };
  const vector = (layer: string, part: string, size: number, value: number): Parameter => ({
    ...{ name: `${layer}/${part}`, layer, shape: [size], size, prunable: false, filling: { kind: 'constant', value } },
  });
  return {
    ...{ family: 'self-test', input, classes },
    layers: [
      conv('conv1', 'input', input, half, 3, 2),
      {
        ...{ kind: 'batch-norm', name: 'norm', from: ['conv1'], output: half, scale: 'norm/scale', shift: 'norm/shift' },
        ...{ mean: 'norm/mean', variance: 'norm/variance', epsilon: 1e-5, momentum: 0.9 },
      },
      { kind: 'tanh', name: 'tanh', from: ['norm'], output: half },
      { kind: 'max-pool', name: 'pool', from: ['tanh'], output: quarter, input: half, size: 2, stride: 2 },
      conv('conv2', 'pool', quarter, quarter, 3, 1),
      conv('shortcut', 'pool', quarter, quarter, 1, 1),
      { kind: 'add', name: 'sum', from: ['conv2', 'shortcut'], output: quarter },
      { kind: 'tanh', name: 'active', from: ['sum'], output: quarter },
      { kind: 'global-average-pool', name: 'average', from: ['active'], output: { height: 1, width: 1, channels }, input: quarter },
      {
        ...{ kind: 'dense', name: 'output', from: ['average'], output: { height: 1, width: 1, channels: classes } },
        ...{ inputs: channels, units: classes, weight: 'output/weight', bias: 'output/bias' },
      },
    ],
    parameters: [
      weight('conv1', [channels, 3, 3, input.channels]),
      vector('norm', 'scale', channels, 1),
      vector('norm', 'shift', channels, 0),
      weight('conv2', [channels, 3, 3, channels]),
      weight('shortcut', [channels, 1, 1, channels]),
      weight('output', [classes, channels]),
      vector('output', 'bias', classes, 0),
    ],
    buffers: [
      { name: 'norm/mean', layer: 'norm', size: channels, initial: 0 },
      { name: 'norm/variance', layer: 'norm', size: channels, initial: 1 },
    ],
    rateGroups: { 'conv1/weight': 'conv', 'conv2/weight': 'conv', 'shortcut/weight': 'conv', 'output/weight': 'output' },
  };
}
