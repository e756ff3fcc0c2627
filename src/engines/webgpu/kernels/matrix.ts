/** What the kernels of a layer with a matrix have in common: what they are made for, and whom they leave alone. */
import type { Optimizer } from '../../../science/recipe/schema.ts';
import type { Traits } from '../gpu.ts';
import { write, type Binding, type Kernel } from '../kernel.ts';
import { MASKED } from './modes.ts';
import { momentsOf, moveFunction } from './optimizer.ts';
import type { Shaped } from './product.ts';
import type { Scene, Sloped, Written } from './values.ts';

/** One matrix in a pass. */
export interface MatrixShape extends Scene {
  readonly rows: number;
  /** Weights of a row. */
  readonly columns: number;
  /** Its place among the matrices. */
  readonly index: number;
  /** Where its weights and biases lie among a network's parameters; null: it has no biases. */
  readonly weight: number;
  readonly bias: number | null;
  readonly output: Written;
  readonly input: Sloped;
}

export interface ShapedKernel extends Kernel {
  readonly groups: readonly [number, number];
}

/** What becomes of the gradients by weights and biases. */
export type Goal =
  { readonly kind: 'update'; readonly optimizer: Optimizer; readonly weightDecay: number } | { readonly kind: 'gradients' };

export const shaped = (
  label: string,
  bindings: readonly Binding[],
  before: string,
  { code, groups }: Shaped,
  subgroups: boolean,
): ShapedKernel => ({ ...{ label, bindings, code: `${before}\n${code}`, groups, subgroups } });

/** Leaves where the network rests or the matrix is worked on otherwise. */
export const begin = ({ slots, networks, index }: MatrixShape, leavesWhen: string): string => `
  let step = steps[at.step * ${slots}u + slot];
  let mode = modes[${index * networks}u + network];
  if (step.count == 0u || ${leavesWhen}) { return; }`;

export const usesQuads = ({ quads }: Traits): boolean => quads === 4;

export function momentsBinding({ networks, parameters }: Scene, { type }: Optimizer): readonly Binding[] {
  const moments = momentsOf[type].length;
  return moments === 0 ? [] : [write('moments', 'f32', moments * networks * parameters)];
}

/** What a kernel that reaches a goal is bound to: `parameters` and what moves with them, or `gradient`. */
export const goalBindings = (scene: Scene, goal: Goal): readonly Binding[] =>
  goal.kind === 'gradients'
    ? [write('gradient', 'f32', scene.parameters)]
    : [write('parameters', 'f32', scene.networks * scene.parameters), ...momentsBinding(scene, goal.optimizer)];

/**
 * The function `reach(network, p, gradient, step)`, of a parameter's place among a network's: moves it by the optimiser, or
 * adds its gradient to the sum.
 */
export const reachFunction = ({ networks, parameters }: Scene, goal: Goal): string =>
  goal.kind === 'gradients'
    ? 'fn reach(network: u32, p: u32, sum: f32, step: Step) { gradient[p] += sum; }'
    : `${moveFunction(goal.optimizer, goal.weightDecay, networks * parameters)}
fn reach(network: u32, p: u32, sum: f32, step: Step) { stepBy(network * ${parameters}u + p, sum, step); }`;

/** The function `reachWeight(network, mode, index, gradient, step)`, which leaves weights alone that are not trained. */
export function reachWeightFunction({ weight, parameters }: MatrixShape, goal: Goal): string {
  const words = Math.ceil(parameters / 32);
  const leave =
    goal.kind === 'gradients'
      ? ''
      : `if (mode == ${MASKED}u && ((trainable[network * ${words}u + (p >> 5u)] >> (p & 31u)) & 1u) == 0u) { return; }`;
  return `fn reachWeight(network: u32, mode: u32, index: u32, gradient: f32, step: Step) {
  let p = ${weight}u + index;
  ${leave}
  reach(network, p, gradient, step);
}`;
}
