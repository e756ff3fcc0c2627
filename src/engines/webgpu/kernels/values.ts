/**
 * How kernels read and write the values between layers. A place's values lie feature by feature with the batch innermost,
 * [feature][batch], images as [height][width][channels], followed by a row of ones that stands for a bias's input; where a
 * dense layer reads them as a matrix, also [batch][feature].
 */
import { read, write, type Binding } from '../kernel.ts';

export type Activated = 'none' | 'relu' | 'tanh';

/** What all kernels of a pass are made for. */
export interface Scene {
  /** Examples of a step, padded to a multiple of 16. */
  readonly batch: number;
  /** Networks of the pass, and of the trainer. */
  readonly slots: number;
  readonly networks: number;
  /** Steps of the pass that are told apart. */
  readonly steps: number;
  /** All parameters of one network. */
  readonly parameters: number;
  /** Layers with matrices. */
  readonly matrices: number;
}

/** A place that a kernel writes. */
export interface Written {
  readonly features: number;
  readonly activation: Activated;
  /** When the values are also wanted [batch][feature]: a WGSL condition in `slot`; null: never. */
  readonly isTurned: string | null;
}

/** A place whose gradient a kernel writes. */
export interface Sloped {
  readonly features: number;
  /** What was done to its values, to be undone; `none` where another kernel will. */
  readonly activation: Activated;
  /** Whether to add to what is there. */
  readonly accumulate: boolean;
}

/** Workgroups along one dimension, at most. */
export const WIDEST = 65_535;

export const stepsBinding = ({ steps, slots }: Scene): Binding => read('steps', 'Step', steps * slots);
export const modesBinding = ({ matrices, networks }: Scene): Binding => read('modes', 'u32', matrices * networks);
export const parametersBinding = ({ networks, parameters }: Scene): Binding => read('parameters', 'f32', networks * parameters);
export const valuesBinding = (name: string, features: number, { slots, batch }: Scene): Binding =>
  read(name, 'Value', slots * (features + 1) * batch);
export const quadsBinding = (name: string, features: number, { slots, batch }: Scene): Binding =>
  read(name, 'Value4', (slots * (features + 1) * batch) / 4);
export const gradientBinding = (name: string, features: number, { slots, batch }: Scene): Binding =>
  read(name, 'f32', slots * features * batch);

/** Begins a kernel that every network takes part in, unless it rests. */
export const beginAll = ({ slots }: Scene): string => `
  let step = steps[at.step * ${slots}u + slot];
  if (step.count == 0u) { return; }`;

/** 1 − 2 / (e^2x + 1): the host's own may not be defined for large x. */
const activationFunction: Readonly<Record<Activated, string>> = {
  none: 'fn activated(x: f32) -> f32 { return x; }',
  relu: 'fn activated(x: f32) -> f32 { return select(0.0, x, x > 0.0); }',
  tanh: 'fn activated(x: f32) -> f32 { return 1.0 - 2.0 / (exp(2.0 * clamp(x, -20.0, 20.0)) + 1.0); }',
};

/** A gradient by an activated value `y` as one by what was activated. */
const slopeFunction: Readonly<Record<Activated, string>> = {
  none: 'fn sloped(gradient: f32, y: f32) -> f32 { return gradient; }',
  relu: 'fn sloped(gradient: f32, y: f32) -> f32 { return select(0.0, gradient, y > 0.0); }',
  tanh: 'fn sloped(gradient: f32, y: f32) -> f32 { return gradient * (1.0 - y * y); }',
};

/** The function `put(slot, feature, example, value)`, which activates a value and writes it to `y`, and what it is bound to. */
export function putValue(
  { batch, slots }: Scene,
  { features, activation, isTurned }: Written,
): { code: string; bindings: readonly Binding[] } {
  const turn =
    isTurned === null ? '' : `if (${isTurned}) { yTurned[(slot * ${batch}u + example) * ${features}u + feature] = Value(value); }`;
  const code = `${activationFunction[activation]}
fn put(slot: u32, feature: u32, example: u32, sum: f32) {
  let value = activated(sum);
  y[slot * ${(features + 1) * batch}u + feature * ${batch}u + example] = Value(value);
  ${turn}
}`;
  const y = write('y', 'Value', slots * (features + 1) * batch);
  return { code, bindings: isTurned === null ? [y] : [y, write('yTurned', 'Value', slots * features * batch)] };
}

/** The function `putGradient(slot, feature, example, gradient)`, which writes to `dx`, and what it is bound to; it looks at `x`. */
export function putGradient(scene: Scene, { features, activation, accumulate }: Sloped): { code: string; bindings: readonly Binding[] } {
  const { batch, slots } = scene;
  const y = activation === 'none' ? '0.0' : `f32(x[slot * ${(features + 1) * batch}u + feature * ${batch}u + example])`;
  const code = `${slopeFunction[activation]}
fn putGradient(slot: u32, feature: u32, example: u32, gradient: f32) {
  let p = slot * ${features * batch}u + feature * ${batch}u + example;
  dx[p] = sloped(${accumulate ? 'dx[p] + gradient' : 'gradient'}, ${y});
}`;
  return { code, bindings: [valuesBinding('x', features, scene), write('dx', 'f32', slots * features * batch)] };
}
