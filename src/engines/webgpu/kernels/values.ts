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
export const gradientQuadsBinding = (name: string, features: number, { slots, batch }: Scene): Binding =>
  read(name, 'vec4f', (slots * features * batch) / 4);

/** Begins a kernel that every network takes part in, unless it rests. */
export const beginAll = ({ slots }: Scene): string => `
  let step = steps[at.step * ${slots}u + slot];
  if (step.count == 0u) { return; }`;

/** A number, or those of four examples side by side. */
export type Width = 'f32' | 'vec4f';

/** The function `activated(x)`. tanh as 1 − 2 / (e^2x + 1): the host's own may not be defined for large x. */
function activationFunction(kind: Activated, width: Width): string {
  const body = {
    none: 'x',
    relu: `select(${width}(0.0), x, x > ${width}(0.0))`,
    tanh: `1.0 - 2.0 / (exp(2.0 * clamp(x, ${width}(-20.0), ${width}(20.0))) + 1.0)`,
  }[kind];
  return `fn activated(x: ${width}) -> ${width} { return ${body}; }`;
}

/** The function `sloped(gradient, y)`: a gradient by an activated value `y` as one by what was activated. */
function slopeFunction(kind: Activated, width: Width): string {
  const body = {
    none: 'gradient',
    relu: `select(${width}(0.0), gradient, y > ${width}(0.0))`,
    tanh: 'gradient * (1.0 - y * y)',
  }[kind];
  return `fn sloped(gradient: ${width}, y: ${width}) -> ${width} { return ${body}; }`;
}

/** A function of a kernel, and what it is bound to. */
interface Put {
  readonly code: string;
  readonly bindings: readonly Binding[];
}

/** How many examples a width has side by side, and what of them lies in a buffer of values. */
const across = (width: Width): number => (width === 'f32' ? 1 : 4);
const stored = (width: Width): 'Value' | 'Value4' => (width === 'f32' ? 'Value' : 'Value4');

/** The function `put(slot, feature, place, value)`, which activates what is at a place of the batch and writes it to `y`. */
export function putValue({ batch, slots }: Scene, { features, activation, isTurned }: Written, width: Width = 'f32'): Put {
  const places = batch / across(width);
  const turned = (example: string, value: string): string =>
    `yTurned[(slot * ${batch}u + ${example}) * ${features}u + feature] = Value(${value});`;
  const turns =
    width === 'f32' ? turned('place', 'value') : [0, 1, 2, 3].map((lane) => turned(`4u * place + ${lane}u`, `value[${lane}]`)).join(' ');
  const code = `${activationFunction(activation, width)}
fn put(slot: u32, feature: u32, place: u32, sum: ${width}) {
  let value = activated(sum);
  y[slot * ${(features + 1) * places}u + feature * ${places}u + place] = ${stored(width)}(value);
  ${isTurned === null ? '' : `if (${isTurned}) { ${turns} }`}
}`;
  const y = write('y', stored(width), slots * (features + 1) * places);
  return { code, bindings: isTurned === null ? [y] : [y, write('yTurned', 'Value', slots * features * batch)] };
}

/** The function `putGradient(slot, feature, place, gradient)`, which writes to `dx`; it looks at `x`. */
export function putGradient({ batch, slots }: Scene, { features, activation, accumulate }: Sloped, width: Width = 'f32'): Put {
  const places = batch / across(width);
  const y = activation === 'none' ? `${width}(0.0)` : `${width}(x[slot * ${(features + 1) * places}u + feature * ${places}u + place])`;
  const code = `${slopeFunction(activation, width)}
fn putGradient(slot: u32, feature: u32, place: u32, gradient: ${width}) {
  let p = slot * ${features * places}u + feature * ${places}u + place;
  dx[p] = sloped(${accumulate ? 'dx[p] + gradient' : 'gradient'}, ${y});
}`;
  const x = read('x', stored(width), slots * (features + 1) * places);
  return { code, bindings: [x, write('dx', width, slots * features * places)] };
}
