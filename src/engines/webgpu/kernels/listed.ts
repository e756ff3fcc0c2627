/** A layer's passes over lists of the weights that there are: work shrinks with them. */
import { volume } from '../../../models/model.ts';
import type { Traits } from '../gpu.ts';
import { read, type Binding } from '../kernel.ts';
import { firstMet, lastMet, located, type Geometry } from './geometry.ts';
import { LANES, laneSums, lines } from './lanes.ts';
import type { List, ListLayout } from './list-layout.ts';
import { begin, goalBindings, reachFunction, shaped, type Goal, type MatrixShape, type ShapedKernel } from './matrix.ts';
import { LISTED } from './modes.ts';
import {
  gradientQuadsBinding,
  modesBinding,
  parametersBinding,
  putGradient,
  putValue,
  quadsBinding,
  stepsBinding,
  WIDEST,
} from './values.ts';

export interface ListedShape extends MatrixShape {
  readonly lists: ListLayout;
  /** Null for a dense layer: it has one position. */
  readonly geometry: Geometry | null;
  /** Features of a position that its input has. */
  readonly channels: number;
}

const leavesOthers = (shape: ListedShape): string => begin(shape, `mode != ${LISTED}u`);
const listsBinding = ({ lists, networks }: ListedShape): Binding => read('lists', 'u32', networks * lists.size);
const featuresOf = ({ geometry, columns, rows }: ListedShape): readonly [number, number] =>
  geometry === null ? [columns, rows] : [volume(geometry.from), volume(geometry.to)];

interface Row {
  readonly rows: number;
  readonly positions: number;
  /** Statements that find out about the position. */
  readonly locate: string;
  readonly list: List;
  /** What a sum starts at. */
  readonly start: string;
  /** Statements that make an entry, `other`, into the feature `feature` that it multiplies; `continue` where there is none. */
  readonly find: string;
  /** Where the entry's weight lies in its matrix. */
  readonly weight: string;
  /** Features of what is read, and of one position with its row, of what is written. */
  readonly base: string;
  readonly put: string;
  readonly feature: string;
}

/** Sums over the entries of each row, four examples side by side. Batches are padded to a multiple of 16. */
function rowSums(shape: ListedShape, traits: Traits, { rows, positions, locate, list, start, find, weight, base, put, feature }: Row) {
  const { batch, lists, parameters } = shape;
  const quads = batch / 4;
  const lanes = traits.isSoftware ? LANES : 16;
  const rowsAtOnce = traits.isSoftware ? 1 : 4;
  const wide = traits.isSoftware ? Math.min(4, quads / LANES) : 1;
  const chunks = Math.ceil(quads / (lanes * wide));
  const code = `
@compute @workgroup_size(${lanes}, ${rowsAtOnce})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${leavesOthers(shape)}
  let row = group.x * ${rowsAtOnce}u + local.y;
  let position = group.y / ${chunks}u;
  let quad = group.y % ${chunks}u * ${lanes * wide}u + local.x;
  if (row >= ${rows}u || quad >= ${quads}u) { return; }
  ${locate}
  let list = network * ${lists.size}u;
  let end = lists[list + ${list.starts + 1}u + row];
  ${lines(wide, (c) => `var s${c} = vec4f(${start});`)}
  for (var k = lists[list + ${list.starts}u + row]; k < end; k++) {
    let other = lists[list + ${list.entries}u + k];
    ${find}
    let weight = parameters[network * ${parameters}u + ${shape.weight}u + ${weight}];
    let origin = ${base} + feature * ${quads}u + quad;
    ${lines(wide, (c) => `s${c} += weight * vec4f(source[origin + ${lanes * c}u]);`)}
  }
  ${lines(wide, (c) => `if (quad + ${lanes * c}u < ${quads}u) { ${lines(4, (b) => `${put}(slot, ${feature}, 4u * (quad + ${lanes * c}u) + ${b}u, s${c}[${b}]);`)} }`)}
}`;
  return { code, groups: [Math.ceil(rows / rowsAtOnce), positions * chunks] as const };
}

/** Statements that make a column of the matrix, `other`, into `feature`: what it reads for the output `oy`, `ox`. */
function featureRead({ from, kernel, stride, padding }: Geometry): string {
  const across = kernel * from.channels;
  const leave =
    padding === 0
      ? ''
      : `if (oy * ${stride}u + ky - ${padding}u >= ${from.height}u || ox * ${stride}u + along / ${from.channels}u - ${padding}u >= ${from.width}u) { continue; }`;
  return `
    let ky = other / ${across}u;
    let along = other % ${across}u;
    ${leave}
    let feature = ((oy * ${stride}u + ky - ${padding}u) * ${from.width}u + ox * ${stride}u - ${padding}u) * ${from.channels}u + along;`;
}

export function forwardListed(shape: ListedShape, traits: Traits): ShapedKernel {
  const { rows, columns, batch, parameters, bias, geometry, lists } = shape;
  const [inputs] = featuresOf(shape);
  const put = putValue(shape, shape.output);
  const summed = rowSums(shape, traits, {
    ...{ rows, list: lists.byRow, weight: `row * ${columns}u + other`, put: 'put' },
    positions: geometry === null ? 1 : geometry.to.height * geometry.to.width,
    locate: geometry === null ? '' : located('position', geometry.to, ['oy', 'ox']),
    start: bias === null ? '0.0' : `parameters[network * ${parameters}u + ${bias}u + row]`,
    find: geometry === null ? 'let feature = other;' : featureRead(geometry),
    base: `slot * ${((inputs + 1) * batch) / 4}u`,
    feature: `position * ${rows}u + row`,
  });
  const bindings = [
    ...[stepsBinding(shape), modesBinding(shape), parametersBinding(shape), listsBinding(shape)],
    ...[quadsBinding('source', inputs, shape), ...put.bindings],
  ];
  return shaped('forward, listed', bindings, put.code, summed, false);
}

/** Statements that make a transposed entry into `feature`: the output whose gradient it passes on to the input `iy`, `ix`. */
function featureReached({ to, kernel, stride, padding }: Geometry): string {
  const isWhole = stride === 1 ? '' : ` || py % ${stride}u != 0u || px % ${stride}u != 0u`;
  return `
    let unit = other / ${kernel * kernel}u;
    let tap = other % ${kernel * kernel}u;
    // Below zero they wrap around, and are too large.
    let py = iy + ${padding}u - tap / ${kernel}u;
    let px = ix + ${padding}u - tap % ${kernel}u;
    if (py / ${stride}u >= ${to.height}u || px / ${stride}u >= ${to.width}u${isWhole}) { continue; }
    let feature = ((py / ${stride}u) * ${to.width}u + px / ${stride}u) * ${to.channels}u + unit;`;
}

export function inputGradientListed(shape: ListedShape, traits: Traits): ShapedKernel {
  const { batch, geometry, lists, channels } = shape;
  const [, outputs] = featuresOf(shape);
  const put = putGradient(shape, shape.input);
  const summed = rowSums(shape, traits, {
    ...{ rows: channels, list: lists.byInput, weight: `other * ${channels}u + row`, start: '0.0', put: 'putGradient' },
    positions: geometry === null ? 1 : geometry.from.height * geometry.from.width,
    locate: geometry === null ? '' : located('position', geometry.from, ['iy', 'ix']),
    find: geometry === null ? 'let feature = other;' : featureReached(geometry),
    base: `slot * ${(outputs * batch) / 4}u`,
    feature: `position * ${channels}u + row`,
  });
  const bindings = [
    ...[stepsBinding(shape), modesBinding(shape), parametersBinding(shape), listsBinding(shape)],
    ...[gradientQuadsBinding('source', outputs, shape), ...put.bindings],
  ];
  return shaped('input gradient, listed', bindings, put.code, summed, false);
}

/** Gradient by the weights that there are and by the biases, and the optimiser's step with it. */
export function updateListed(shape: ListedShape, goal: Goal & { readonly kind: 'update' }, traits: Traits): ShapedKernel {
  const { rows, columns, weight, bias, geometry } = shape;
  const [inputs, outputs] = featuresOf(shape);
  const work = geometry !== null ? overPositions(shape, geometry, traits) : traits.quads === 4 ? alongTheBatch(shape) : alongTheList(shape);
  const p =
    bias === null ? `${weight}u + entry` : `select(${bias}u + entry - ${rows * columns}u, ${weight}u + entry, entry < ${rows * columns}u)`;
  const before = `${reachFunction(shape, goal)}
fn reachEntry(network: u32, entry: u32, gradient: f32, step: Step) { reach(network, ${p}, gradient, step); }`;
  const bindings = [
    ...[stepsBinding(shape), modesBinding(shape), ...goalBindings(shape, goal), listsBinding(shape)],
    ...[gradientQuadsBinding('dy', outputs, shape), quadsBinding('x', inputs, shape)],
  ];
  return shaped('update, listed', bindings, before, work, work.subgroups);
}

/** The row of values that a dense layer's entry multiplies: that of ones for a bias. */
const inputOf = ({ rows, columns }: ListedShape, entry: string): string =>
  `select(${columns}u, ${entry} % ${columns}u, ${entry} < ${rows * columns}u)`;

/** One entry an invocation. */
function alongTheList(shape: ListedShape) {
  const { rows, columns, batch, lists } = shape;
  const quads = batch / 4;
  const size = 64;
  const code = `
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${leavesOthers(shape)}
  let place = (group.y * ${WIDEST}u + group.x) * ${size}u + local.x;
  let base = network * ${lists.size}u;
  if (place >= lists[base + ${lists.moved.starts + rows}u]) { return; }
  let entry = lists[base + ${lists.moved.entries}u + place];
  let unit = select(entry - ${rows * columns}u, entry / ${columns}u, entry < ${rows * columns}u);
  let d = slot * ${rows * quads}u + unit * ${quads}u;
  let v = slot * ${(columns + 1) * quads}u + ${inputOf(shape, 'entry')} * ${quads}u;
  var sum = 0.0;
  for (var q = 0u; q < ${quads}u; q++) { sum += dot(dy[d + q], vec4f(x[v + q])); }
  reachEntry(network, entry, sum, step);
}`;
  const groups = Math.ceil((lists.capacity + rows) / size);
  return { code, groups: [Math.min(groups, WIDEST), Math.ceil(groups / WIDEST)] as const, subgroups: false };
}

/** A unit a workgroup, whose invocations share the batch: they read side by side, and a unit's gradient stays in registers. */
function alongTheBatch(shape: ListedShape) {
  const { rows, columns, batch, lists } = shape;
  const quads = batch / 4;
  const wide = quads / LANES;
  const held = wide <= 8;
  const terms = Array.from({ length: wide }, (_, c) => `dot(d${c}, vec4f(x[v + ${LANES * c}u]))`).join(' + ');
  const sum = (entry: string): string => `{
      let v = vb + ${inputOf(shape, entry)} * ${quads}u;
      ${held ? `sum = ${terms};` : `sum = 0.0; for (var q = 0u; q < ${quads}u; q += ${LANES}u) { sum += dot(dy[db + q], vec4f(x[v + q])); }`}
    }`;
  const code = `
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${leavesOthers(shape)}
  let unit = group.x;
  let lane = local.x;
  let base = network * ${lists.size}u;
  let end = lists[base + ${lists.moved.starts + 1}u + unit];
  let db = slot * ${rows * quads}u + unit * ${quads}u + lane;
  let vb = slot * ${(columns + 1) * quads}u + lane;
  ${held ? lines(wide, (c) => `let d${c} = dy[db + ${LANES * c}u];`) : ''}
  for (var k = lists[base + ${lists.moved.starts}u + unit]; k < end; k += ${LANES}u) {
    let mine = lists[base + ${lists.moved.entries}u + min(k + lane, end - 1u)];
    var sum = 0.0;
    var gradient = 0.0;
    ${lines(LANES, (u) => `let other${u} = subgroupBroadcast(mine, ${u}u); ${sum(`other${u}`)} { let all = subgroupAdd(sum); gradient = select(gradient, all, lane == ${u}u); }`)}
    if (k + lane < end) { reachEntry(network, mine, gradient, step); }
  }
}`;
  return { code, groups: [rows, 1] as const, subgroups: true };
}

/** Workgroups that share a channel's entries. */
const SHARING = 8;

/** A convolution's: every entry is summed over the positions where its weight met the image; the lanes share the batch. */
function overPositions(shape: ListedShape, geometry: Geometry, traits: Traits) {
  const { rows, columns, batch, lists } = shape;
  const { from, to, kernel, stride, padding } = geometry;
  const quads = batch / 4;
  const [inputs, outputs] = featuresOf(shape);
  const lanes = traits.isSoftware ? LANES : 16;
  const sums = laneSums(1, lanes, traits);
  const across = kernel * from.channels;
  const code = `${sums.before}
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${leavesOthers(shape)}
  let row = group.x;
  let lane = local.x;
  let base = network * ${lists.size}u;
  let end = lists[base + ${lists.moved.starts + 1}u + row];
  for (var k = lists[base + ${lists.moved.starts}u + row] + group.y; k < end; k += ${SHARING}u) {
    let entry = lists[base + ${lists.moved.entries}u + k];
    let isBias = entry >= ${rows * columns}u;
    let tap = (entry % ${columns}u) / ${across}u;
    let along = (entry % ${columns}u) % ${across}u;
    let tapRow = select(tap, 0u, isBias);
    let lastRow = select(${lastMet('tapRow', to.height, from.height, geometry)}, ${to.height}u, isBias);
    let first = along / ${from.channels}u;
    let lastColumn = select(${lastMet('first', to.width, from.width, geometry)}, ${to.width}u, isBias);
    var sum = 0.0;
    for (var oy = select(${firstMet('tapRow', geometry)}, 0u, isBias); oy < lastRow; oy++) {
      for (var ox = select(${firstMet('first', geometry)}, 0u, isBias); ox < lastColumn; ox++) {
        let d = slot * ${outputs * quads}u + ((oy * ${to.width}u + ox) * ${rows}u + row) * ${quads}u;
        let feature = ((oy * ${stride}u + tapRow - ${padding}u) * ${from.width}u + ox * ${stride}u - ${padding}u) * ${from.channels}u + along;
        let v = slot * ${(inputs + 1) * quads}u + select(feature, ${inputs}u, isBias) * ${quads}u;
        for (var q = lane; q < ${quads}u; q += ${lanes}u) { sum += dot(dy[d + q], vec4f(x[v + q])); }
      }
    }
    ${sums.all(() => 'sum')}
    if (lane == 0u) { reachEntry(network, entry, totals[0], step); }
  }
}`;
  return { code, groups: [rows, SHARING] as const, subgroups: sums.subgroups };
}
