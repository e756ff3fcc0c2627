/**
 * Matrix products as WGSL: value[row][column] = Σ over k of a(row, k) × b(k, column), for every network in `group.z` and, of a
 * convolution, every position of an image. Neighbouring columns lie side by side in memory. There are two ways to do it: a
 * processor that plays graphics card holds many sums in registers and shares nothing between invocations; a graphics card
 * shares tiles in its fast memory.
 */
import type { Traits } from '../gpu.ts';
import { bestFit, count, LANES, lines } from './lanes.ts';

export interface Product {
  readonly rows: number;
  /** Columns of one position. */
  readonly columns: number;
  /** Products side by side in `group.y`, which `begin` and the expressions below know as `position`. */
  readonly positions: number;
  /** How many k there are in a stretch; null where each stretch says so itself, from `k0` to before `k1`. */
  readonly depth: number | null;
  /**
   * Loops around a stretch of the sum, given its body; each says what it adds to the bases, as `ao` and `bo`. Null: there is
   * one stretch. They must run alike for all invocations of a workgroup.
   */
  readonly stretches: ((body: string) => string) | null;
  /**
   * The operand that is the same for all columns. Element (row, k) of buffer `name` is at base + row × stride + k where it
   * lies `along` k, at base + k × stride + row where it lies along rows.
   */
  readonly a: { readonly name: string; readonly base: string; readonly stride: number; readonly along: 'k' | 'rows' };
  /** Element (k, column) is at base + k × stride + column. */
  readonly b: { readonly name: string; readonly base: string; readonly stride: number };
  /** Statements at the beginning, where `slot` and `network` are known. */
  readonly begin: string;
  /** Statements that take a finished value: WGSL expressions of its row and column, and of itself. */
  readonly finish: (row: string, column: string, value: string) => string;
  /** Takes Σ over k of a(row, k), if wanted; of products with one position. */
  readonly finishRow?: (row: string, sum: string) => string;
}

export interface Shaped {
  readonly code: string;
  /** Workgroups along rows and columns. */
  readonly groups: readonly [number, number];
}

export const product = (what: Product, traits: Traits): Shaped =>
  traits.isSoftware ? inRegisters(what, traits.quads === 4) : inTiles(what);

const oneStretch = (body: string): string => `{ let ao = 0u; let bo = 0u; ${body} }`;

/** Each invocation holds `high` × `wide` sums; its columns are `LANES` apart. Values that all columns share are passed around. */
function inRegisters(what: Product, passes: boolean): Shaped {
  const { rows, columns, positions, depth, a, b } = what;
  const high =
    a.along === 'rows'
      ? bestFit(rows, [8, 12, 4])
      : bestFit(
          rows,
          [10, 9, 8, 7, 6, 5].filter((size) => size <= Math.max(5, rows)),
        );
  const wide = bestFit(Math.ceil(columns / LANES), [8, 7, 6, 5, 4]);
  const chunks = Math.ceil(columns / (LANES * wide));
  /** Value of `a` at each row for the `u`-th of up to four k, `k` being the first. */
  const values = (u: number): string =>
    a.along === 'rows'
      ? lines(
          high,
          (r) =>
            `let a${u}_${r} = ${passes ? `subgroupBroadcast(q${u}_${r >> 2}, ${r & 3}u)` : `f32(${a.name}[ra + (k + ${u}u) * ${a.stride}u + ${r}u])`};`,
        )
      : lines(
          high,
          (r) => `let a${u}_${r} = ${passes ? `subgroupBroadcast(q${r}, ${u}u)` : `f32(${a.name}[ra + ${r * a.stride}u + k + ${u}u])`};`,
        );
  const ahead = (steps: number): string => {
    if (!passes) return '';
    if (a.along === 'k') return lines(high, (r) => `let q${r} = f32(${a.name}[ra + ${r * a.stride}u + k + lane]);`);
    return lines(steps, (u) =>
      lines(high / 4, (quad) => `let q${u}_${quad} = f32(${a.name}[ra + (k + ${u}u) * ${a.stride}u + ${4 * quad}u + lane]);`),
    );
  };
  const sumsRows = what.finishRow !== undefined;
  const step = (u: number): string => `
    ${values(u)}
    ${lines(wide, (c) => `let b${u}_${c} = f32(${b.name}[cb + (k + ${u}u) * ${b.stride}u + ${LANES * c}u]);`)}
    ${lines(high, (r) => lines(wide, (c) => `s${r}_${c} += a${u}_${r} * b${u}_${c};`))}
    ${sumsRows ? lines(high, (r) => `t${r} += a${u}_${r};`) : ''}`;
  const unrolled = 4;
  const fours = (body: string, from: string, whole: string): string =>
    `for (${from}; ${whole}; k += ${unrolled}u) { ${ahead(unrolled)} ${body} }`;
  const inFours = lines(unrolled, step);
  const stretch = (): string => {
    if (depth === null) {
      return `var k = k0;
    ${fours(inFours, '', `k + ${unrolled}u <= k1`)}
    for (; k < k1; k++) { ${ahead(1)} ${step(0)} }`;
    }
    const whole = depth - (depth % unrolled);
    const rest = whole < depth ? `{ let k = ${whole}u; ${ahead(depth - whole)} ${lines(depth - whole, step)} }` : '';
    return `${whole > 0 ? fours(inFours, 'var k = 0u', `k < ${whole}u`) : ''} ${rest}`;
  };
  const size = high * wide;
  const guard = (condition: string, isRagged: boolean): string => (isRagged ? `if (${condition}) { continue; }` : '');
  // A loop, since what finishes a sum is long and would otherwise be there once for each.
  const results = `
  var sums = array<f32, ${size}>(${count(size)
    .map((e) => `s${Math.floor(e / wide)}_${e % wide}`)
    .join(', ')});
  for (var e = 0u; e < ${size}u; e++) {
    let r = row + e / ${wide}u;
    let c = column + ${LANES}u * (e % ${wide}u);
    ${guard(`r >= ${rows}u`, rows % high !== 0)}
    ${guard(`c >= ${columns}u`, columns % (LANES * wide) !== 0)}
    ${what.finish('r', 'c', 'sums[e]')}
  }`;
  const rowResults =
    what.finishRow === undefined
      ? ''
      : `
  if (group.y == 0u && lane == 0u) {
    var rowSums = array<f32, ${high}>(${count(high)
      .map((r) => `t${r}`)
      .join(', ')});
    for (var e = 0u; e < ${high}u && row + e < ${rows}u; e++) { ${what.finishRow('(row + e)', 'rowSums[e]')} }
  }`;
  const code = `
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  let position = group.y / ${chunks}u;
  ${what.begin}
  let lane = local.x;
  let row = group.x * ${high}u;
  let column = group.y % ${chunks}u * ${LANES * wide}u + lane;
  let firstA = ${a.base} + row${a.along === 'rows' ? '' : ` * ${a.stride}u`};
  let firstB = ${b.base} + column;
  ${lines(high, (r) => lines(wide, (c) => `var s${r}_${c} = 0.0;`))}
  ${sumsRows ? lines(high, (r) => `var t${r} = 0.0;`) : ''}
  ${(what.stretches ?? oneStretch)(`let ra = firstA + ao; let cb = firstB + bo; ${stretch()}`)}
  ${results}
  ${rowResults}
}`;
  return { code, groups: [Math.ceil(rows / high), positions * chunks] };
}

/** Rows and columns of a tile, and how much of the depth is in fast memory at a time. */
const TILE = 32;
const SLICE = 16;
/** Invocations a side of the workgroup: each has 2 × 2 sums. */
const SIDE = 16;

function inTiles(what: Product): Shaped {
  const { rows, columns, positions, depth, a, b } = what;
  const alongK = a.along === 'k';
  const chunks = Math.ceil(columns / TILE);
  const [from, to] = depth === null ? ['k0', 'k1'] : ['0u', `${depth}u`];
  const stretch = `
  for (var first = ${from}; first < ${to}; first += ${SLICE}u) {
    for (var e = index; e < ${TILE * SLICE}u; e += ${SIDE * SIDE}u) {
      let ar = ${alongK ? `e / ${SLICE}u` : `e % ${TILE}u`};
      let ak = ${alongK ? `e % ${SLICE}u` : `e / ${TILE}u`};
      var va = 0.0;
      if (firstRow + ar < ${rows}u && first + ak < ${to}) {
        va = f32(${a.name}[ab + ao + ${alongK ? `(firstRow + ar) * ${a.stride}u + first + ak` : `(first + ak) * ${a.stride}u + firstRow + ar`}]);
      }
      tileA[ar * ${SLICE + 1}u + ak] = va;
      let bk = e / ${TILE}u;
      let bc = e % ${TILE}u;
      var vb = 0.0;
      if (firstColumn + bc < ${columns}u && first + bk < ${to}) {
        vb = f32(${b.name}[bb + bo + (first + bk) * ${b.stride}u + firstColumn + bc]);
      }
      tileB[bk * ${TILE}u + bc] = vb;
    }
    workgroupBarrier();
    for (var k = 0u; k < ${SLICE}u; k++) {
      ${lines(2, (r) => `let a${r} = tileA[(local.y + ${SIDE * r}u) * ${SLICE + 1}u + k];`)}
      ${lines(2, (c) => `let b${c} = tileB[k * ${TILE}u + local.x + ${SIDE * c}u];`)}
      ${lines(2, (r) => lines(2, (c) => `s${r}_${c} += a${r} * b${c};`))}
      ${what.finishRow === undefined ? '' : lines(2, (r) => `t${r} += a${r};`)}
    }
    workgroupBarrier();
  }`;
  const code = `
var<workgroup> tileA: array<f32, ${TILE * (SLICE + 1)}>;
var<workgroup> tileB: array<f32, ${SLICE * TILE}>;
@compute @workgroup_size(${SIDE}, ${SIDE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32) {
  let slot = group.z;
  let network = at.network + slot;
  let position = group.y / ${chunks}u;
  ${what.begin}
  let firstRow = group.x * ${TILE}u;
  let firstColumn = group.y % ${chunks}u * ${TILE}u;
  let ab = ${a.base};
  let bb = ${b.base};
  ${lines(2, (r) => lines(2, (c) => `var s${r}_${c} = 0.0;`))}
  ${what.finishRow === undefined ? '' : lines(2, (r) => `var t${r} = 0.0;`)}
  ${(what.stretches ?? oneStretch)(stretch)}
  ${lines(
    2,
    (r) => `
  if (firstRow + local.y + ${SIDE * r}u < ${rows}u) {
    let row = firstRow + local.y + ${SIDE * r}u;
    ${lines(2, (c) => `if (firstColumn + local.x + ${SIDE * c}u < ${columns}u) { ${what.finish('row', `(firstColumn + local.x + ${SIDE * c}u)`, `s${r}_${c}`)} }`)}
    ${what.finishRow === undefined ? '' : `if (firstColumn + local.x == 0u) { ${what.finishRow('row', `t${r}`)} }`}
  }`,
  )}
}`;
  return { code, groups: [Math.ceil(rows / TILE), positions * chunks] };
}
