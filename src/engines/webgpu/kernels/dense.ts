/**
 * A dense layer's passes as matrix products over all its weights. Values of features are kept twice: feature by feature with
 * the batch innermost, [feature][batch], followed by a row of ones that stands for the bias's input; and [batch][feature].
 */
import type { Optimizer } from '../../../science/recipe/schema.ts';
import type { Traits } from '../gpu.ts';
import { read, write, type Kernel } from '../kernel.ts';
import { moveFunction } from './optimizer.ts';
import { product, type Shaped } from './product.ts';

/** How the weights of a layer are worked on, by network. */
export const WHOLE = 0;
/** As matrices too, but some weights are absent or frozen. */
export const MASKED = 1;
/** By lists of the weights that there are. */
export const LISTED = 2;

export type Activated = 'none' | 'relu' | 'tanh';

/** What the kernels of one dense layer are made for. */
export interface DenseShape {
  readonly inputs: number;
  readonly units: number;
  /** Examples of a pass, padded. */
  readonly batch: number;
  /** Networks of a pass, and of the trainer. */
  readonly slots: number;
  readonly networks: number;
  /** Steps of a pass that are told apart. */
  readonly steps: number;
  /** Place among the layers with weights, and their number. */
  readonly index: number;
  readonly layers: number;
  /** All parameters of one network, and where this layer's lie among them. */
  readonly parameters: number;
  readonly weight: number;
  readonly bias: number;
  /** What is done to the layer's output, and was done to its input. */
  readonly activation: Activated;
  readonly inputActivation: Activated;
  /** When the output is also wanted [batch][unit]: a WGSL condition in `slot`. */
  readonly isTurned: string;
}

export interface ShapedKernel extends Kernel {
  readonly groups: readonly [number, number];
}

const kernel = (label: string, bindings: Kernel['bindings'], before: string, { code, groups }: Shaped, traits: Traits): ShapedKernel => ({
  ...{ label, bindings, code: `${before}\n${code}`, groups },
  subgroups: traits.quads === 4,
});

/** 1 − 2 / (e^2x + 1): the host's own may not be defined for large x. */
export const activationFunction: Readonly<Record<Activated, string>> = {
  none: 'fn activated(x: f32) -> f32 { return x; }',
  relu: 'fn activated(x: f32) -> f32 { return select(0.0, x, x > 0.0); }',
  tanh: 'fn activated(x: f32) -> f32 { return 1.0 - 2.0 / (exp(2.0 * clamp(x, -20.0, 20.0)) + 1.0); }',
};

/** A gradient by an activated value `y` as one by what was activated. */
export const slopeFunction: Readonly<Record<Activated, string>> = {
  none: 'fn sloped(gradient: f32, y: f32) -> f32 { return gradient; }',
  relu: 'fn sloped(gradient: f32, y: f32) -> f32 { return select(0.0, gradient, y > 0.0); }',
  tanh: 'fn sloped(gradient: f32, y: f32) -> f32 { return gradient * (1.0 - y * y); }',
};

/** Leaves where the network rests or the layer is worked on otherwise. */
export const begin = ({ slots, networks, index }: DenseShape, mode: string): string => `
  let step = steps[at.step * ${slots}u + slot];
  let mode = modes[${index * networks}u + network];
  if (step.count == 0u || ${mode}) { return; }`;

export const stepsBinding = ({ steps, slots }: DenseShape) => read('steps', 'Step', steps * slots);
export const modesBinding = ({ layers, networks }: DenseShape) => read('modes', 'u32', layers * networks);

/** y = activation(W x + bias), written both ways. */
export function forwardDense(shape: DenseShape, traits: Traits): ShapedKernel {
  const { inputs, units, batch, slots, networks, parameters, weight, bias, activation } = shape;
  const shaped = product(
    {
      ...{ rows: units, columns: batch, depth: inputs },
      a: { name: 'parameters', base: `(network * ${parameters}u + ${weight}u)`, stride: inputs, along: 'k' },
      b: { name: 'x', base: `slot * ${(inputs + 1) * batch}u`, stride: batch },
      begin: begin(shape, `mode == ${LISTED}u`),
      finish: (row, column, value) => `put(slot, ${row}, ${column}, ${value} + parameters[network * ${parameters}u + ${bias}u + ${row}]);`,
    },
    traits,
  );
  const bindings = [
    ...[stepsBinding(shape), modesBinding(shape), read('parameters', 'f32', networks * parameters)],
    ...[read('x', 'f32', slots * (inputs + 1) * batch), write('y', 'f32', slots * (units + 1) * batch)],
    write('yTurned', 'f32', slots * units * batch),
  ];
  return kernel('forward, dense', bindings, `${activationFunction[activation]}\n${putFunction(shape)}`, shaped, traits);
}

/** Takes a unit's output before its activation. */
export const putFunction = ({ units, batch, isTurned }: DenseShape): string => `
fn put(slot: u32, unit: u32, example: u32, sum: f32) {
  let value = activated(sum);
  y[slot * ${(units + 1) * batch}u + unit * ${batch}u + example] = value;
  if (${isTurned}) { yTurned[(slot * ${batch}u + example) * ${units}u + unit] = value; }
}`;

/** Gradient by the layer's inputs, before their activation, from that by its outputs, `dy` [unit][batch]. */
export function inputGradientDense(shape: DenseShape, traits: Traits): ShapedKernel {
  const { inputs, units, batch, slots, networks, parameters, weight, inputActivation } = shape;
  const shaped = product(
    {
      ...{ rows: inputs, columns: batch, depth: units },
      a: { name: 'parameters', base: `(network * ${parameters}u + ${weight}u)`, stride: inputs, along: 'rows' },
      b: { name: 'dy', base: `slot * ${units * batch}u`, stride: batch },
      begin: begin(shape, `mode == ${LISTED}u`),
      finish: (row, column, value) => `putGradient(slot, ${row}, ${column}, ${value});`,
    },
    traits,
  );
  const bindings = [
    ...[stepsBinding(shape), modesBinding(shape), read('parameters', 'f32', networks * parameters)],
    ...[
      read('x', 'f32', slots * (inputs + 1) * batch),
      read('dy', 'f32', slots * units * batch),
      write('dx', 'f32', slots * inputs * batch),
    ],
  ];
  return kernel('input gradient, dense', bindings, `${slopeFunction[inputActivation]}\n${putGradientFunction(shape)}`, shaped, traits);
}

export const putGradientFunction = ({ inputs, batch }: DenseShape): string => `
fn putGradient(slot: u32, feature: u32, example: u32, gradient: f32) {
  let y = x[slot * ${(inputs + 1) * batch}u + feature * ${batch}u + example];
  dx[slot * ${inputs * batch}u + feature * ${batch}u + example] = sloped(gradient, y);
}`;

const weightProduct = (
  shape: DenseShape,
  before: string,
): Pick<Parameters<typeof product>[0], 'rows' | 'columns' | 'depth' | 'a' | 'b' | 'begin'> => {
  const { inputs, units, batch } = shape;
  return {
    ...{ rows: units, columns: inputs, depth: batch, begin: before },
    a: { name: 'dy', base: `slot * ${units * batch}u`, stride: batch, along: 'k' },
    b: { name: 'xTurned', base: `slot * ${inputs * batch}u`, stride: inputs },
  };
};

/** Gradient by weights and biases, and the optimiser's step with it. */
export function updateDense(shape: DenseShape, optimizer: Optimizer, weightDecay: number, traits: Traits): ShapedKernel {
  const { inputs, units, batch, slots, networks, parameters, weight, bias } = shape;
  const words = Math.ceil(parameters / 32);
  const shaped = product(
    {
      ...weightProduct(shape, begin(shape, `mode == ${LISTED}u`)),
      finish: (row, column, value) => `moveWeight(network, mode, ${row} * ${inputs}u + ${column}, ${value}, step);`,
      finishRow: (row, sum) => `stepBy(network * ${parameters}u + ${bias}u + ${row}, ${sum}, step);`,
    },
    traits,
  );
  const before = `${moveFunction(optimizer, weightDecay, networks * parameters)}
fn moveWeight(network: u32, mode: u32, index: u32, gradient: f32, step: Step) {
  let p = ${weight}u + index;
  if (mode == ${MASKED}u && ((trainable[network * ${words}u + (p >> 5u)] >> (p & 31u)) & 1u) == 0u) { return; }
  stepBy(network * ${parameters}u + p, gradient, step);
}`;
  const moments = momentsBinding(shape, optimizer);
  const bindings = [
    ...[stepsBinding(shape), modesBinding(shape), write('parameters', 'f32', networks * parameters), ...moments],
    ...[
      read('trainable', 'u32', networks * words),
      read('dy', 'f32', slots * units * batch),
      read('xTurned', 'f32', slots * inputs * batch),
    ],
  ];
  return kernel('update, dense', bindings, before, shaped, traits);
}

export function momentsBinding({ networks, parameters }: DenseShape, { type }: Optimizer): Kernel['bindings'] {
  const moments = { sgd: 0, momentum: 1, adam: 2 }[type];
  return moments === 0 ? [] : [write('moments', 'f32', moments * networks * parameters)];
}

/** Adds the gradient by all weights and biases, absent and frozen ones too, to `gradient`. */
export function gradientDense(shape: DenseShape, traits: Traits): ShapedKernel {
  const { inputs, units, batch, slots, parameters, weight, bias } = shape;
  const shaped = product(
    {
      ...weightProduct(shape, `let step = steps[at.step * ${slots}u + slot]; if (step.count == 0u) { return; }`),
      finish: (row, column, value) => `gradient[${weight}u + ${row} * ${inputs}u + ${column}] += ${value};`,
      finishRow: (row, sum) => `gradient[${bias}u + ${row}] += ${sum};`,
    },
    traits,
  );
  const bindings = [
    ...[stepsBinding(shape), read('dy', 'f32', slots * units * batch), read('xTurned', 'f32', slots * inputs * batch)],
    write('gradient', 'f32', parameters),
  ];
  return kernel('gradient, dense', bindings, '', shaped, traits);
}
