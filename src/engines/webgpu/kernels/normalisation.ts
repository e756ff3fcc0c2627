/**
 * Batch normalisation (Ioffe & Szegedy 2015): y = (x − mean) × scale ÷ √(variance + ε) + shift, channel by channel. Statistics
 * are over a step's examples at all positions: what pads the batch is normalised too, but counts for nothing. A workgroup
 * has a channel, its lanes share the batch.
 */
import type { Traits } from '../gpu.ts';
import { read, write, type Binding } from '../kernel.ts';
import { lanesFor, laneSums, type LaneSums } from './lanes.ts';
import { goalBindings, reachFunction, shaped, type Goal, type ShapedKernel } from './matrix.ts';
import { f32 } from './optimizer.ts';
import {
  beginAll,
  gradientBinding,
  modesBinding,
  parametersBinding,
  putGradient,
  putValue,
  stepsBinding,
  valuesBinding,
  type Scene,
  type Sloped,
  type Written,
} from './values.ts';

export interface NormalisationShape extends Scene {
  readonly channels: number;
  readonly positions: number;
  readonly epsilon: number;
  /** Share of the running statistics kept at each step. */
  readonly momentum: number;
  /** Where scales and shifts lie among a network's parameters, running means and variances among its `buffers` numbers. */
  readonly scale: number;
  readonly shift: number;
  readonly mean: number;
  readonly variance: number;
  readonly buffers: number;
  readonly output: Written;
  readonly input: Sloped;
}

/** Whose mean and variance it takes: the running ones, the batch's, or the batch's with the running ones following. */
export type Statistics = 'running' | 'batch' | 'followed';

/** A batch's means and inverse deviations, two numbers a channel. */
const momentsCount = ({ slots, channels }: NormalisationShape): number => 2 * slots * channels;

/** Runs `body` for each of the lane's examples of the step at each position, with `i` the value's place. */
const overExamples = (
  { batch, channels, positions }: NormalisationShape,
  lanes: number,
  end: string,
  body: string,
  around: { readonly before: string; readonly after: string } = { before: '', after: '' },
): string => `
  for (var p = 0u; p < ${positions}u; p++) {
    let feature = p * ${channels}u + channel;
    ${around.before}
    for (var b = lane; b < ${end}; b += ${lanes}u) {
      let i = feature * ${batch}u + b;
      ${body}
    }
    ${around.after}
  }`;

/** Two sums over the step's examples, each position's by itself first, so that large images lose no digits. */
const twoSums = (shape: NormalisationShape, lanes: number, sums: LaneSums, body: string): string => `
  {
    var first = 0.0;
    var second = 0.0;
    ${overExamples(shape, lanes, 'step.count', body, { before: 'var one = 0.0; var two = 0.0;', after: 'first += one; second += two;' })}
    ${sums.all((index) => ['first', 'second'][index])}
    firstSum = totals[0];
    secondSum = totals[1];
  }`;

const begin = (shape: NormalisationShape): string => `
  let slot = group.z;
  let network = at.network + slot;
  ${beginAll(shape)}
  let channel = group.x;
  let lane = local.x;
  var firstSum = 0.0;
  var secondSum = 0.0;
  let values = f32(step.count * ${shape.positions}u);
  let origin = slot * ${shape.channels * shape.positions * shape.batch + shape.batch}u;`;

const main = (lanes: number, body: string): string => `
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {${body}
}`;

export function normalise(shape: NormalisationShape, statistics: Statistics, traits: Traits): ShapedKernel {
  const { batch, networks, parameters, channels, positions, epsilon, momentum, scale, shift, mean, variance, buffers } = shape;
  const lanes = lanesFor(batch, traits);
  const put = putValue(shape, shape.output);
  const sums = laneSums(2, lanes, traits);
  const running = (at: number): string => `running[network * ${buffers}u + ${at}u + channel]`;
  const follow = (at: number, value: string): string =>
    `${running(at)} = ${running(at)} * ${f32(momentum)} + ${value} * ${f32(1 - momentum)};`;
  // The second pass corrects the mean of the first: where all values are nearly alike its last digit is magnified.
  const measured = `
  ${twoSums(shape, lanes, sums, 'one += f32(x[origin + i]);')}
  let guess = firstSum / values;
  ${twoSums(shape, lanes, sums, 'let apart = f32(x[origin + i]) - guess; one += apart; two += apart * apart;')}
  let error = firstSum / values;
  let mean = guess + error;
  let variance = secondSum / values - error * error;`;
  const known = `let mean = ${running(mean)}; let variance = ${running(variance)};`;
  const code = `${statistics === 'running' ? '' : sums.before}${main(
    lanes,
    `${begin(shape)}
  ${statistics === 'running' ? known : measured}
  let inverse = 1.0 / sqrt(variance + ${f32(epsilon)});
  let factor = inverse * parameters[network * ${parameters}u + ${scale}u + channel];
  let shift = parameters[network * ${parameters}u + ${shift}u + channel];
  ${overExamples(shape, lanes, `${batch}u`, 'put(slot, feature, b, (f32(x[origin + i]) - mean) * factor + shift);')}
  if (lane == 0u) {
    batchMoments[2u * (slot * ${channels}u + channel)] = mean;
    batchMoments[2u * (slot * ${channels}u + channel) + 1u] = inverse;
    ${statistics === 'followed' ? `${follow(mean, 'mean')} ${follow(variance, 'variance')}` : ''}
  }`,
  )}`;
  const bindings: Binding[] = [
    stepsBinding(shape),
    ...(shape.output.isTurned === null ? [] : [modesBinding(shape)]),
    ...[parametersBinding(shape), valuesBinding('x', channels * positions, shape)],
    ...(statistics === 'batch' ? [] : [(statistics === 'running' ? read : write)('running', 'f32', networks * buffers)]),
    ...[write('batchMoments', 'f32', momentsCount(shape)), ...put.bindings],
  ];
  return shaped(
    `normalisation, ${statistics}`,
    bindings,
    put.code,
    { code, groups: [channels, 1] },
    statistics !== 'running' && sums.subgroups,
  );
}

/** Gradients by scales, shifts and inputs, which also reach the loss through mean and variance. Padding gets none. */
export function normaliseGradient(shape: NormalisationShape, goal: Goal, traits: Traits): ShapedKernel {
  const { batch, networks, parameters, channels, positions, scale, shift } = shape;
  const lanes = lanesFor(batch, traits);
  const put = putGradient(shape, shape.input);
  const sums = laneSums(2, lanes, traits);
  const dy = `dy[slot * ${channels * positions * batch}u + i]`;
  const apart = '(f32(x[origin + i]) - mean)';
  const isUpdate = goal.kind === 'update';
  const code = `${sums.before}${main(
    lanes,
    `${begin(shape)}
  let mean = batchMoments[2u * (slot * ${channels}u + channel)];
  let inverse = batchMoments[2u * (slot * ${channels}u + channel) + 1u];
  ${twoSums(shape, lanes, sums, `one += ${dy}; two += ${dy} * ${apart};`)}
  // Read before it moves.
  let factor = inverse * ${isUpdate ? 'parameters' : 'scales'}[network * ${parameters}u + ${scale}u + channel];
  let slopeMean = firstSum / values;
  let tilt = secondSum / values * inverse * inverse;
  ${overExamples(
    shape,
    lanes,
    `${batch}u`,
    `let gradient = (${dy} - slopeMean - ${apart} * tilt) * factor;
      putGradient(slot, feature, b, select(0.0, gradient, b < step.count));`,
  )}
  storageBarrier();
  if (lane == 0u) {
    reach(network, ${shift}u + channel, firstSum, step);
    reach(network, ${scale}u + channel, secondSum * inverse, step);
  }`,
  )}`;
  const bindings: Binding[] = [
    ...[stepsBinding(shape), ...goalBindings(shape, goal)],
    ...(isUpdate ? [] : [read('scales', 'f32', networks * parameters)]),
    ...[read('batchMoments', 'f32', momentsCount(shape)), gradientBinding('dy', channels * positions, shape), ...put.bindings],
  ];
  return shaped(
    `normalisation, ${goal.kind}`,
    bindings,
    `${reachFunction(shape, goal)}\n${put.code}`,
    { code, groups: [channels, 1] },
    sums.subgroups,
  );
}
