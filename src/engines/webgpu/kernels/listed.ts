/**
 * A dense layer's passes over lists of the weights that there are: work shrinks with them. Three lists a network and layer:
 * by unit (which inputs it reads), by input (which units read it), and what the optimiser moves, by unit, its bias last.
 */
import type { Optimizer } from '../../../science/recipe/schema.ts';
import type { Traits } from '../gpu.ts';
import { read, write } from '../kernel.ts';
import {
  activationFunction,
  begin,
  LISTED,
  modesBinding,
  momentsBinding,
  putFunction,
  putGradientFunction,
  slopeFunction,
  stepsBinding,
  type DenseShape,
  type ShapedKernel,
} from './dense.ts';
import { moveFunction } from './optimizer.ts';
import { LANES } from './product.ts';

/** Where a network's lists lie, in words from their beginning; `capacity` weights have room. */
export interface ListLayout {
  readonly byUnit: { readonly starts: number; readonly entries: number };
  readonly byInput: { readonly starts: number; readonly entries: number };
  readonly moved: { readonly starts: number; readonly entries: number };
  /** Words of all of them. */
  readonly size: number;
  readonly capacity: number;
}

export function listLayout(inputs: number, units: number, capacity: number): ListLayout {
  let next = 0;
  const take = (words: number): number => (next += words) - words;
  const list = (rows: number, entries: number) => ({ starts: take(rows + 1), entries: take(entries) });
  const byUnit = list(units, capacity);
  const byInput = list(inputs, capacity);
  const moved = list(units, capacity + units);
  return { byUnit, byInput, moved, size: next, capacity };
}

const lines = (size: number, line: (index: number) => string): string => Array.from({ length: size }, (_, index) => line(index)).join('\n');

/** Sums over the entries of one row, for all examples: `weight` says where an entry's weight lies, `value` what it multiplies. */
function rowSums(
  rows: number,
  batch: number,
  traits: Traits,
  parts: { begin: string; start: string; list: ListLayout['byUnit']; size: number; weight: string; value: string; put: string },
) {
  const lanes = traits.isSoftware ? LANES : Math.min(64, batch);
  const wide = traits.isSoftware ? Math.min(16, batch / LANES) : 1;
  const code = `
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${parts.begin}
  let row = group.x;
  let example = group.y * ${lanes * wide}u + local.x;
  let list = network * ${parts.size}u;
  let end = lists[list + ${parts.list.starts + 1}u + row];
  ${lines(wide, (c) => `var s${c} = ${parts.start};`)}
  for (var k = lists[list + ${parts.list.starts}u + row]; k < end; k++) {
    let other = lists[list + ${parts.list.entries}u + k];
    let weight = parameters[${parts.weight}];
    let origin = ${parts.value} + example;
    ${lines(wide, (c) => `s${c} += weight * source[origin + ${lanes * c}u];`)}
  }
  ${lines(wide, (c) => `if (example + ${lanes * c}u < ${batch}u) { ${parts.put}(slot, row, example + ${lanes * c}u, s${c}); }`)}
}`;
  return { code, groups: [rows, Math.ceil(batch / (lanes * wide))] as const };
}

export function forwardListed(shape: DenseShape, list: ListLayout, traits: Traits): ShapedKernel {
  const { inputs, units, batch, slots, networks, parameters, weight, bias, activation } = shape;
  const { code, groups } = rowSums(units, batch, traits, {
    begin: begin(shape, `mode != ${LISTED}u`),
    start: `parameters[network * ${parameters}u + ${bias}u + row]`,
    ...{ list: list.byUnit, size: list.size },
    weight: `network * ${parameters}u + ${weight}u + row * ${inputs}u + other`,
    value: `slot * ${(inputs + 1) * batch}u + other * ${batch}u`,
    put: 'put',
  });
  return {
    label: 'forward, listed',
    bindings: [
      ...[
        stepsBinding(shape),
        modesBinding(shape),
        read('parameters', 'f32', networks * parameters),
        read('lists', 'u32', networks * list.size),
      ],
      ...[read('source', 'f32', slots * (inputs + 1) * batch), write('y', 'f32', slots * (units + 1) * batch)],
      write('yTurned', 'f32', slots * units * batch),
    ],
    code: `${activationFunction[activation]}\n${putFunction(shape)}\n${code}`,
    subgroups: false,
    groups,
  };
}

export function inputGradientListed(shape: DenseShape, list: ListLayout, traits: Traits): ShapedKernel {
  const { inputs, units, batch, slots, networks, parameters, weight, inputActivation } = shape;
  const { code, groups } = rowSums(inputs, batch, traits, {
    begin: begin(shape, `mode != ${LISTED}u`),
    start: '0.0',
    ...{ list: list.byInput, size: list.size },
    weight: `network * ${parameters}u + ${weight}u + other * ${inputs}u + row`,
    value: `slot * ${units * batch}u + other * ${batch}u`,
    put: 'putGradient',
  });
  return {
    label: 'input gradient, listed',
    bindings: [
      ...[
        stepsBinding(shape),
        modesBinding(shape),
        read('parameters', 'f32', networks * parameters),
        read('lists', 'u32', networks * list.size),
      ],
      ...[read('x', 'f32', slots * (inputs + 1) * batch), read('source', 'f32', slots * units * batch)],
      write('dx', 'f32', slots * inputs * batch),
    ],
    code: `${slopeFunction[inputActivation]}\n${putGradientFunction(shape)}\n${code}`,
    subgroups: false,
    groups,
  };
}

/** Gradient by the weights that there are and by the biases, and the optimiser's step with it. */
export function updateListed(shape: DenseShape, list: ListLayout, optimizer: Optimizer, weightDecay: number, traits: Traits): ShapedKernel {
  const { inputs, units, batch, slots, networks, parameters, weight, bias } = shape;
  const shaped = traits.quads === 4 ? alongTheBatch(shape, list) : alongTheList(shape, list);
  const before = `${moveFunction(optimizer, weightDecay, networks * parameters)}
fn moveEntry(network: u32, entry: u32, gradient: f32, step: Step) {
  let p = select(${bias}u + entry - ${units * inputs}u, ${weight}u + entry, entry < ${units * inputs}u);
  stepBy(network * ${parameters}u + p, gradient, step);
}
fn inputOf(entry: u32) -> u32 { return select(${inputs}u, entry % ${inputs}u, entry < ${units * inputs}u); }`;
  return {
    label: 'update, listed',
    bindings: [
      ...[stepsBinding(shape), modesBinding(shape), write('parameters', 'f32', networks * parameters), ...momentsBinding(shape, optimizer)],
      ...[read('lists', 'u32', networks * list.size), read('dy', 'f32', slots * units * batch)],
      read('x', 'f32', slots * (inputs + 1) * batch),
    ],
    code: `${before}\n${shaped.code}`,
    subgroups: traits.quads === 4,
    groups: shaped.groups,
  };
}

/** One entry an invocation. */
function alongTheList(shape: DenseShape, list: ListLayout) {
  const { inputs, units, batch } = shape;
  const size = 64;
  const code = `
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${begin(shape, `mode != ${LISTED}u`)}
  let place = group.x * ${size}u + local.x;
  let base = network * ${list.size}u;
  if (place >= lists[base + ${list.moved.starts + units}u]) { return; }
  let entry = lists[base + ${list.moved.entries}u + place];
  let unit = select(entry - ${units * inputs}u, entry / ${inputs}u, entry < ${units * inputs}u);
  let d = slot * ${units * batch}u + unit * ${batch}u;
  let v = slot * ${(inputs + 1) * batch}u + inputOf(entry) * ${batch}u;
  var sum = 0.0;
  for (var b = 0u; b < ${batch}u; b++) { sum += dy[d + b] * x[v + b]; }
  moveEntry(network, entry, sum, step);
}`;
  return { code, groups: [Math.ceil((list.capacity + units) / size), 1] as const };
}

/** A unit a workgroup, whose invocations share the batch: they read side by side, and a unit's gradient stays in registers. */
function alongTheBatch(shape: DenseShape, list: ListLayout) {
  const { inputs, units, batch } = shape;
  const wide = batch / LANES;
  const held = wide <= 32;
  const sum = (entry: string): string =>
    held
      ? `{ let v = vb + inputOf(${entry}) * ${batch}u; sum = ${Array.from({ length: wide }, (_, c) => `d${c} * x[v + ${LANES * c}u]`).join(' + ')}; }`
      : `{ let v = vb + inputOf(${entry}) * ${batch}u; sum = 0.0; for (var b = 0u; b < ${batch}u; b += ${LANES}u) { sum += dy[db + b] * x[v + b]; } }`;
  const code = `
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${begin(shape, `mode != ${LISTED}u`)}
  let unit = group.x;
  let lane = local.x;
  let base = network * ${list.size}u;
  let end = lists[base + ${list.moved.starts + 1}u + unit];
  let db = slot * ${units * batch}u + unit * ${batch}u + lane;
  let vb = slot * ${(inputs + 1) * batch}u + lane;
  ${held ? lines(wide, (c) => `let d${c} = dy[db + ${LANES * c}u];`) : ''}
  for (var k = lists[base + ${list.moved.starts}u + unit]; k < end; k += ${LANES}u) {
    let mine = lists[base + ${list.moved.entries}u + min(k + lane, end - 1u)];
    var sum = 0.0;
    var gradient = 0.0;
    ${lines(LANES, (u) => `${sum(`subgroupBroadcast(mine, ${u}u)`)} { let all = subgroupAdd(sum); gradient = select(gradient, all, lane == ${u}u); }`)}
    if (k + lane < end) { moveEntry(network, mine, gradient, step); }
  }
}`;
  return { code, groups: [units, 1] as const };
}
