/** What a pass over a batch begins and ends with: examples put in place, and their loss. */
import { read, write, type Kernel } from '../kernel.ts';
import type { ShapedKernel } from './dense.ts';

export interface PassShape {
  readonly batch: number;
  readonly slots: number;
  readonly steps: number;
  readonly classes: number;
  /** Numbers of one example. */
  readonly features: number;
}

/** When values are also wanted [batch][feature]: a WGSL condition in `slot`, and how many modes there are to look at. */
export interface Turning {
  readonly isTurned: string;
  readonly modes: number;
}

/** Low bits of an entry of `order` that hold the label; the example's number is above them. */
export const LABEL_BITS = 8;

const SIZE = 64;

/** Workgroups along one dimension, at most. */
export const WIDEST = 65_535;

/** Features that one invocation of the gathering kernel puts in place, for its example. */
const STRETCH = 16;

/** Puts one batch a network in place, [feature][batch] and, unless `isListed` says that nobody reads it so, [batch][feature]. */
export function gatherExamples(
  { batch, slots, steps, features }: PassShape,
  source: { readonly kind: 'bytes' | 'floats'; readonly words: number; readonly stride: number; readonly channels: number },
  turning: Turning,
): ShapedKernel {
  const { kind, words, stride, channels } = source;
  const put = (feature: string, value: string): string => `put(slot, ${feature}, b, isTurned, ${value});`;
  const body =
    kind === 'floats'
      ? put('f', `inputs[example * ${stride}u + f]`)
      : `let word = inputs[example * ${stride}u + (f >> 2u)];
    for (var byte = 0u; byte < 4u && f + byte < ${features}u; byte++) {
      ${put('f + byte', `table[((word >> (8u * byte)) & 255u) * ${channels}u + (f + byte) % ${channels}u]`)}
    }`;
  const code = `
fn put(slot: u32, feature: u32, b: u32, isTurned: bool, value: f32) {
  x[slot * ${(features + 1) * batch}u + feature * ${batch}u + b] = value;
  if (isTurned) { xTurned[(slot * ${batch}u + b) * ${features}u + feature] = value; }
}
@compute @workgroup_size(${SIZE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  if (steps[at.step * ${slots}u + slot].count == 0u) { return; }
  let b = group.y * ${SIZE}u + local.x;
  if (b >= ${batch}u) { return; }
  let isTurned = ${turning.isTurned};
  let example = order[(at.step * ${slots}u + slot) * ${batch}u + b] >> ${LABEL_BITS}u;
  let end = min(group.x * ${STRETCH}u + ${STRETCH}u, ${features}u);
  for (var f = group.x * ${STRETCH}u; f < end; f += ${kind === 'bytes' ? 4 : 1}u) {
    ${body}
  }
}`;
  const bindings: Kernel['bindings'] = [
    ...[read('steps', 'Step', steps * slots), read('order', 'u32', steps * slots * batch), read('modes', 'u32', turning.modes)],
    read('inputs', kind === 'floats' ? 'f32' : 'u32', words),
    ...(kind === 'bytes' ? [read('table', 'f32', 256 * channels)] : []),
    ...[write('x', 'f32', slots * (features + 1) * batch), write('xTurned', 'f32', slots * features * batch)],
  ];
  return { label: 'gather', bindings, code, subgroups: false, groups: [Math.ceil(features / STRETCH), Math.ceil(batch / SIZE)] };
}

/**
 * Softmax cross-entropy: each network's sum of losses and number of right answers (the first of equal logits counts), and
 * the gradient by the logits times the step's scale, 0 for what pads the batch.
 */
export function lossOf({ batch, slots, steps, classes }: PassShape): ShapedKernel {
  const code = `
var<workgroup> losses: array<f32, ${SIZE}>;
var<workgroup> rights: array<f32, ${SIZE}>;
@compute @workgroup_size(${SIZE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let place = at.step * ${slots}u + slot;
  let step = steps[place];
  if (step.count == 0u) { return; }
  var lossSum = 0.0;
  var right = 0.0;
  for (var b = local.x; b < ${batch}u; b += ${SIZE}u) {
    let origin = slot * ${(classes + 1) * batch}u + b;
    let to = slot * ${classes * batch}u + b;
    if (b >= step.count) {
      for (var c = 0u; c < ${classes}u; c++) { dy[to + c * ${batch}u] = 0.0; }
      continue;
    }
    let label = order[place * ${batch}u + b] & ${(1 << LABEL_BITS) - 1}u;
    var highest = y[origin];
    var best = 0u;
    for (var c = 1u; c < ${classes}u; c++) {
      let logit = y[origin + c * ${batch}u];
      if (logit > highest) { highest = logit; best = c; }
    }
    var total = 0.0;
    for (var c = 0u; c < ${classes}u; c++) { total += exp(y[origin + c * ${batch}u] - highest); }
    for (var c = 0u; c < ${classes}u; c++) {
      let share = exp(y[origin + c * ${batch}u] - highest) / total;
      dy[to + c * ${batch}u] = (share - select(0.0, 1.0, c == label)) * step.scale;
    }
    lossSum += log(total) + (highest - y[origin + label * ${batch}u]);
    right += select(0.0, 1.0, best == label);
  }
  losses[local.x] = lossSum;
  rights[local.x] = right;
  workgroupBarrier();
  if (local.x == 0u) {
    for (var i = 1u; i < ${SIZE}u; i++) {
      lossSum += losses[i];
      right += rights[i];
    }
    results[2u * place] = lossSum;
    results[2u * place + 1u] = right;
  }
}`;
  const bindings: Kernel['bindings'] = [
    ...[read('steps', 'Step', steps * slots), read('order', 'u32', steps * slots * batch)],
    ...[read('y', 'f32', slots * (classes + 1) * batch), write('dy', 'f32', slots * classes * batch)],
    write('results', 'f32', 2 * steps * slots),
  ];
  return { label: 'loss', bindings, code, subgroups: false, groups: [1, 1] };
}

/** Makes absent weights zero, and the moments of what is not trained. For the network of `at` alone. */
export function maskParameters(parameters: number, networks: number, moments: number): ShapedKernel {
  const words = Math.ceil(parameters / 32);
  const zeros = Array.from({ length: moments }, (_, index) => `moments[${index * networks * parameters}u + q] = 0.0;`).join(' ');
  const code = `
@compute @workgroup_size(${SIZE})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let p = id.y * ${WIDEST * SIZE}u + id.x;
  if (p >= ${parameters}u) { return; }
  let q = at.network * ${parameters}u + p;
  let word = at.network * ${words}u + (p >> 5u);
  if (((present[word] >> (p & 31u)) & 1u) == 0u) { parameters[q] = 0.0; }
  ${moments === 0 ? '' : `if (((trainable[word] >> (p & 31u)) & 1u) == 0u) { ${zeros} }`}
}`;
  const groups = Math.ceil(parameters / SIZE);
  const bindings: Kernel['bindings'] = [
    ...[read('present', 'u32', networks * words), write('parameters', 'f32', networks * parameters)],
    ...(moments === 0 ? [] : [read('trainable', 'u32', networks * words), write('moments', 'f32', moments * networks * parameters)]),
  ];
  return { label: 'mask', bindings, code, subgroups: false, groups: [Math.min(groups, WIDEST), Math.ceil(groups / WIDEST)] };
}
