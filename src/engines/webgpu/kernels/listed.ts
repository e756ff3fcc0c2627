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
import { WIDEST } from './pass.ts';
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

interface Row {
  readonly begin: string;
  /** What a sum starts at. */
  readonly start: string;
  readonly list: { readonly starts: number; readonly entries: number };
  /** Words of a network's lists. */
  readonly size: number;
  /** Where an entry's weight lies, and what it multiplies; the entry is called `other`. */
  readonly weight: string;
  readonly value: string;
  readonly put: string;
}

/** Sums over the entries of each row, four examples side by side. Batches are padded to a multiple of 16. */
function rowSums(rows: number, batch: number, traits: Traits, { begin, start, list, size, weight, value, put }: Row) {
  const quads = batch / 4;
  const lanes = traits.isSoftware ? LANES : 16;
  const rowsAtOnce = traits.isSoftware ? 1 : 4;
  const wide = traits.isSoftware ? Math.min(4, quads / LANES) : 1;
  const code = `
@compute @workgroup_size(${lanes}, ${rowsAtOnce})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${begin}
  let row = group.x * ${rowsAtOnce}u + local.y;
  let quad = group.y * ${lanes * wide}u + local.x;
  if (row >= ${rows}u || quad >= ${quads}u) { return; }
  let list = network * ${size}u;
  let end = lists[list + ${list.starts + 1}u + row];
  ${lines(wide, (c) => `var s${c} = vec4f(${start});`)}
  for (var k = lists[list + ${list.starts}u + row]; k < end; k++) {
    let other = lists[list + ${list.entries}u + k];
    let weight = parameters[${weight}];
    let origin = (${value}) / 4u + quad;
    ${lines(wide, (c) => `s${c} += weight * source[origin + ${lanes * c}u];`)}
  }
  ${lines(wide, (c) => `if (quad + ${lanes * c}u < ${quads}u) { ${lines(4, (b) => `${put}(slot, row, 4u * (quad + ${lanes * c}u) + ${b}u, s${c}[${b}]);`)} }`)}
}`;
  return { code, groups: [Math.ceil(rows / rowsAtOnce), Math.ceil(quads / (lanes * wide))] as const };
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
      ...[read('source', 'vec4f', (slots * (inputs + 1) * batch) / 4), write('y', 'f32', slots * (units + 1) * batch)],
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
      ...[read('x', 'f32', slots * (inputs + 1) * batch), read('source', 'vec4f', (slots * units * batch) / 4)],
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
      ...[read('lists', 'u32', networks * list.size), read('dy', 'vec4f', (slots * units * batch) / 4)],
      read('x', 'vec4f', (slots * (inputs + 1) * batch) / 4),
    ],
    code: `${before}\n${shaped.code}`,
    subgroups: traits.quads === 4,
    groups: shaped.groups,
  };
}

/** One entry an invocation. */
function alongTheList(shape: DenseShape, list: ListLayout) {
  const { inputs, units, batch } = shape;
  const quads = batch / 4;
  const size = 64;
  const code = `
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${begin(shape, `mode != ${LISTED}u`)}
  let place = (group.y * ${WIDEST}u + group.x) * ${size}u + local.x;
  let base = network * ${list.size}u;
  if (place >= lists[base + ${list.moved.starts + units}u]) { return; }
  let entry = lists[base + ${list.moved.entries}u + place];
  let unit = select(entry - ${units * inputs}u, entry / ${inputs}u, entry < ${units * inputs}u);
  let d = slot * ${units * quads}u + unit * ${quads}u;
  let v = slot * ${(inputs + 1) * quads}u + inputOf(entry) * ${quads}u;
  var sum = 0.0;
  for (var q = 0u; q < ${quads}u; q++) { sum += dot(dy[d + q], x[v + q]); }
  moveEntry(network, entry, sum, step);
}`;
  const groups = Math.ceil((list.capacity + units) / size);
  return { code, groups: [Math.min(groups, WIDEST), Math.ceil(groups / WIDEST)] as const };
}

/** A unit a workgroup, whose invocations share the batch: they read side by side, and a unit's gradient stays in registers. */
function alongTheBatch(shape: DenseShape, list: ListLayout) {
  const { inputs, units, batch } = shape;
  const quads = batch / 4;
  const wide = quads / LANES;
  const held = wide <= 8;
  const terms = Array.from({ length: wide }, (_, c) => `dot(d${c}, x[v + ${LANES * c}u])`).join(' + ');
  const sum = (entry: string): string => `{
      let v = vb + inputOf(${entry}) * ${quads}u;
      ${held ? `sum = ${terms};` : `sum = 0.0; for (var q = 0u; q < ${quads}u; q += ${LANES}u) { sum += dot(dy[db + q], x[v + q]); }`}
    }`;
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
  let db = slot * ${units * quads}u + unit * ${quads}u + lane;
  let vb = slot * ${(inputs + 1) * quads}u + lane;
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
