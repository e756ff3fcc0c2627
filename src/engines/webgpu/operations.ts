/** A step of the model as the kernels that work it out, forward and backward, and the buffers that they are bound to. */
import { volume } from '../../models/model.ts';
import type { Place, Step } from '../places.ts';
import { forwardConvolution, inputGradientConvolution, weightGradientConvolution } from './kernels/convolution.ts';
import { forwardDense, inputGradientDense, weightGradientDense } from './kernels/dense.ts';
import { addGradient, addValues, pool, poolGradient, type Windows } from './kernels/elementwise.ts';
import type { Geometry } from './kernels/geometry.ts';
import { forwardListed, inputGradientListed, updateListed, type ListedShape } from './kernels/listed.ts';
import type { Goal, ShapedKernel } from './kernels/matrix.ts';
import { normalise, normaliseGradient, type NormalisationShape, type Statistics } from './kernels/normalisation.ts';
import type { Scene, Sloped, Written } from './kernels/values.ts';
import type { Room } from './ledger.ts';
import type { Memory, Values } from './memory.ts';

/** A kernel and its buffers. */
export interface Work {
  readonly kernel: ShapedKernel;
  readonly buffers: readonly GPUBuffer[];
  /** The matrix whose lists it goes by, and whether it is for networks that have lists there; null: for all. */
  readonly only: { readonly matrix: number; readonly listed: boolean } | null;
}

export interface Operation {
  forward(statistics: Statistics): readonly Work[];
  /** From the output's gradient, those of the inputs and of what is trained. */
  backward(goal: Goal): readonly Work[];
}

/** Where operations work. */
export interface Context {
  readonly memory: Memory;
  readonly scene: Scene;
  readonly steps: GPUBuffer;
  readonly valuesOf: (place: Place) => Values;
}

export function operationOf(context: Context, room: Room, step: Step): Operation {
  const { layer } = step;
  switch (layer.kind) {
    case 'dense':
    case 'conv2d':
      return matrixOperation(context, step);
    case 'max-pool':
    case 'average-pool':
      return pooling(context, step, {
        ...{ kind: layer.kind === 'max-pool' ? 'max' : 'average', from: layer.input, to: layer.output },
        ...{ height: layer.size, width: layer.size, stride: layer.stride },
      });
    case 'global-average-pool': {
      const { height, width } = layer.input;
      return pooling(context, step, { kind: 'average', from: layer.input, to: layer.output, height, width, stride: 1 });
    }
    case 'batch-norm':
      return normalisation(context, step, layer, room);
    case 'relu':
    case 'tanh':
    case 'add':
      return addition(context, step);
  }
}

/** A place as a kernel writes it, and the buffers for that, the modes apart. */
export function written({ valuesOf }: Context, place: Place): { output: Written; buffers: readonly GPUBuffer[] } {
  const { value, turned, isTurned } = valuesOf(place);
  return {
    output: { features: volume(place.shape), activation: place.activation, isTurned },
    buffers: turned === null ? [value] : [value, turned],
  };
}

/** A source's gradient as a kernel writes it, and the buffers for that; null where none is wanted. */
function sloped(
  { valuesOf }: Context,
  { sources, contributions }: Step,
  index = 0,
): { input: Sloped; buffers: readonly GPUBuffer[] } | null {
  const place = sources[index];
  const { accumulate, isLast } = contributions[index];
  const { value, gradient } = valuesOf(place);
  if (gradient === null) return null;
  const input: Sloped = { features: volume(place.shape), activation: isLast ? place.activation : 'none', accumulate };
  return { input, buffers: [value, gradient] };
}

/** The gradient of a step's own output. */
function slopesOf({ valuesOf }: Context, { output }: Step): GPUBuffer {
  const { gradient } = valuesOf(output);
  if (gradient === null) throw new Error('an output without a gradient');
  return gradient;
}

function matrixOperation(context: Context, step: Step): Operation {
  const { memory, scene, steps } = context;
  const { gpu, matrices, layout, modes, parameters, moments, trainable, lists, gradient } = memory;
  const index = matrices.findIndex(({ layer }) => layer.name === step.layer.name);
  const matrix = matrices[index];
  const { layer, rows, columns, channels } = matrix;
  const { output, buffers: to } = written(context, step.output);
  const slope = sloped(context, step);
  const from = context.valuesOf(step.sources[0]);
  const geometry: Geometry | null =
    layer.kind === 'dense'
      ? null
      : { from: layer.input, to: layer.output, kernel: layer.kernel, stride: layer.stride, padding: layer.padding };
  const shape: ListedShape = {
    ...{ ...scene, rows, columns, index, output, geometry, channels, lists: matrix.lists },
    ...{ weight: layout.offsetOf(layer.weight), bias: layer.bias === null ? null : layout.offsetOf(layer.bias) },
    input: slope?.input ?? { features: volume(step.sources[0].shape), activation: 'none', accumulate: false },
  };
  const dense = { matrix: index, listed: false };
  const listed = { matrix: index, listed: true };
  const { traits } = gpu;
  const inputs: readonly GPUBuffer[] = [steps, modes, parameters];
  const moving = moments === null ? [parameters] : [parameters, moments];
  const withoutLists = (over: 'forward' | 'inputGradient'): ShapedKernel => {
    if (geometry === null) return (over === 'forward' ? forwardDense : inputGradientDense)(shape, traits);
    return (over === 'forward' ? forwardConvolution : inputGradientConvolution)({ ...shape, geometry }, traits);
  };
  const weightGradient = (goal: Goal): ShapedKernel =>
    geometry === null ? weightGradientDense(shape, goal, traits) : weightGradientConvolution({ ...shape, geometry }, goal, traits);
  return {
    forward: () => [
      { kernel: withoutLists('forward'), buffers: [...inputs, from.value, ...to], only: dense },
      { kernel: forwardListed(shape, traits), buffers: [...inputs, lists[index], from.value, ...to], only: listed },
    ],
    backward: (goal) => {
      const dy = slopesOf(context, step);
      // Before the weights move.
      const passedOn: Work[] =
        slope === null
          ? []
          : [
              { kernel: withoutLists('inputGradient'), buffers: [...inputs, dy, ...slope.buffers], only: dense },
              { kernel: inputGradientListed(shape, traits), buffers: [...inputs, lists[index], dy, ...slope.buffers], only: listed },
            ];
      // A dense layer's weights meet its input turned.
      const x = geometry === null && from.turned !== null ? from.turned : from.value;
      if (goal.kind === 'gradients') return [...passedOn, { kernel: weightGradient(goal), buffers: [steps, gradient, dy, x], only: null }];
      return [
        ...passedOn,
        { kernel: weightGradient(goal), buffers: [steps, modes, ...moving, trainable, dy, x], only: dense },
        { kernel: updateListed(shape, goal, traits), buffers: [steps, modes, ...moving, lists[index], dy, from.value], only: listed },
      ];
    },
  };
}

function pooling(context: Context, step: Step, windows: Windows): Operation {
  const { scene, steps, memory } = context;
  const { output, buffers: to } = written(context, step.output);
  const modes = output.isTurned === null ? [] : [memory.modes];
  const from = context.valuesOf(step.sources[0]);
  const slope = sloped(context, step);
  return {
    forward: () => [{ kernel: pool(scene, output, windows, memory.gpu.traits), buffers: [steps, ...modes, from.value, ...to], only: null }],
    backward: () =>
      slope === null
        ? []
        : [
            {
              kernel: poolGradient(scene, slope.input, windows, memory.gpu.traits),
              buffers: [steps, slopesOf(context, step), ...slope.buffers],
              only: null,
            },
          ],
  };
}

function addition(context: Context, step: Step): Operation {
  const { scene, steps, memory, valuesOf } = context;
  const { output, buffers: to } = written(context, step.output);
  const modes = output.isTurned === null ? [] : [memory.modes];
  const sources = step.sources.map((place) => valuesOf(place).value);
  return {
    forward: () => [
      { kernel: addValues(scene, output, sources.length, memory.gpu.traits), buffers: [steps, ...modes, ...sources, ...to], only: null },
    ],
    backward: () =>
      step.sources.flatMap((_, index): Work[] => {
        const slope = sloped(context, step, index);
        if (slope === null) return [];
        return [
          {
            kernel: addGradient(scene, slope.input, memory.gpu.traits),
            buffers: [steps, slopesOf(context, step), ...slope.buffers],
            only: null,
          },
        ];
      }),
  };
}

function normalisation(context: Context, step: Step, layer: Step['layer'] & { kind: 'batch-norm' }, room: Room): Operation {
  const { memory, scene, steps } = context;
  const { layout, buffers, parameters, moments, gradient, running, gpu } = memory;
  const { height, width, channels } = layer.output;
  const { output, buffers: to } = written(context, step.output);
  const slope = sloped(context, step);
  if (slope === null) throw new Error('normalisation has its input’s gradient');
  const shape: NormalisationShape = {
    ...{ ...scene, channels, positions: height * width, epsilon: layer.epsilon, momentum: layer.momentum, output, input: slope.input },
    ...{ scale: layout.offsetOf(layer.scale), shift: layout.offsetOf(layer.shift) },
    ...{ mean: buffers.offsetOf(layer.mean), variance: buffers.offsetOf(layer.variance), buffers: buffers.size },
  };
  const batchMoments = room.words(`moments ${layer.name}`, 2 * scene.slots * channels);
  const modes = output.isTurned === null ? [] : [memory.modes];
  const from = context.valuesOf(step.sources[0]).value;
  const moving = moments === null ? [parameters] : [parameters, moments];
  return {
    forward: (statistics) => {
      const followed = statistics === 'batch' ? [] : [running];
      const bound = [steps, ...modes, parameters, from, ...followed, batchMoments, ...to];
      return [{ kernel: normalise(shape, statistics, gpu.traits), buffers: bound, only: null }];
    },
    backward: (goal) => {
      const reached = goal.kind === 'update' ? moving : [gradient, parameters];
      const bound = [steps, ...reached, batchMoments, slopesOf(context, step), ...slope.buffers];
      return [{ kernel: normaliseGradient(shape, goal, gpu.traits), buffers: bound, only: null }];
    },
  };
}
