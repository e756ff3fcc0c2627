/** What a pass over a batch begins and ends with: examples put in place, and their loss. */
import { read, write, type Binding } from '../kernel.ts';
import { lines } from './lanes.ts';
import { shaped, type ShapedKernel } from './matrix.ts';
import { beginAll, modesBinding, putGradient, putValue, stepsBinding, WIDEST, type Scene, type Sloped, type Written } from './values.ts';

/** Low bits of an entry of `order` that hold the label; the example's number is above them. */
export const LABEL_BITS = 8;

const SIZE = 64;

/** Features that one invocation of the gathering kernel puts in place, for its example. */
const STRETCH = 16;

const orderBinding = ({ steps, slots, batch }: Scene): Binding => read('order', 'u32', steps * slots * batch);

/** Where the task's examples lie: words in all, and of one example. */
export interface Source {
  readonly kind: 'bytes' | 'floats';
  readonly words: number;
  readonly stride: number;
  readonly channels: number;
}

/** Puts one batch a network in place. */
export function gatherExamples(scene: Scene, output: Written, { kind, words, stride, channels }: Source): ShapedKernel {
  const { batch, slots } = scene;
  const { features } = output;
  const put = putValue(scene, { ...output, activation: 'none' });
  const body =
    kind === 'floats'
      ? `put(slot, f, b, inputs[example * ${stride}u + f]);`
      : `let word = inputs[example * ${stride}u + (f >> 2u)];
    for (var byte = 0u; byte < 4u && f + byte < ${features}u; byte++) {
      put(slot, f + byte, b, table[((word >> (8u * byte)) & 255u) * ${channels}u + (f + byte) % ${channels}u]);
    }`;
  const code = `
@compute @workgroup_size(${SIZE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  ${beginAll(scene)}
  let b = group.y * ${SIZE}u + local.x;
  if (b >= ${batch}u) { return; }
  let example = order[(at.step * ${slots}u + slot) * ${batch}u + b] >> ${LABEL_BITS}u;
  let end = min(group.x * ${STRETCH}u + ${STRETCH}u, ${features}u);
  for (var f = group.x * ${STRETCH}u; f < end; f += ${kind === 'bytes' ? 4 : 1}u) {
    ${body}
  }
}`;
  const bindings = [
    ...[stepsBinding(scene), orderBinding(scene), modesBinding(scene), read('inputs', kind === 'floats' ? 'f32' : 'u32', words)],
    ...(kind === 'bytes' ? [read('table', 'f32', 256 * channels)] : []),
    ...put.bindings,
  ];
  return shaped('gather', bindings, put.code, { code, groups: [Math.ceil(features / STRETCH), Math.ceil(batch / SIZE)] }, false);
}

/**
 * Softmax cross-entropy: each network's sum of losses and number of right answers (the first of equal logits counts), and
 * the gradient by the logits times the step's scale, 0 for what pads the batch.
 */
export function lossOf(scene: Scene, classes: number, logits: Sloped): ShapedKernel {
  const { batch, slots, steps } = scene;
  const put = putGradient(scene, logits);
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
    if (b >= step.count) {
      for (var c = 0u; c < ${classes}u; c++) { putGradient(slot, c, b, 0.0); }
      continue;
    }
    let label = order[place * ${batch}u + b] & ${(1 << LABEL_BITS) - 1}u;
    var highest = f32(x[origin]);
    var best = 0u;
    for (var c = 1u; c < ${classes}u; c++) {
      let logit = f32(x[origin + c * ${batch}u]);
      if (logit > highest) { highest = logit; best = c; }
    }
    var total = 0.0;
    for (var c = 0u; c < ${classes}u; c++) { total += exp(f32(x[origin + c * ${batch}u]) - highest); }
    for (var c = 0u; c < ${classes}u; c++) {
      let share = exp(f32(x[origin + c * ${batch}u]) - highest) / total;
      putGradient(slot, c, b, (share - select(0.0, 1.0, c == label)) * step.scale);
    }
    lossSum += log(total) + (highest - f32(x[origin + label * ${batch}u]));
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
  const bindings = [stepsBinding(scene), orderBinding(scene), ...put.bindings, write('results', 'f32', 2 * steps * slots)];
  return shaped('loss', bindings, put.code, { code, groups: [1, 1] }, false);
}

/** Makes absent weights zero, and the moments of what is not trained. For the network of `at` alone. */
export function maskParameters(parameters: number, networks: number, moments: number): ShapedKernel {
  const words = Math.ceil(parameters / 32);
  const zeros = lines(moments, (index) => `moments[${index * networks * parameters}u + q] = 0.0;`);
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
  const bindings: Binding[] = [
    ...[read('present', 'u32', networks * words), write('parameters', 'f32', networks * parameters)],
    ...(moments === 0 ? [] : [read('trainable', 'u32', networks * words), write('moments', 'f32', moments * networks * parameters)]),
  ];
  return shaped('mask', bindings, '', { code, groups: [Math.min(groups, WIDEST), Math.ceil(groups / WIDEST)] }, false);
}
