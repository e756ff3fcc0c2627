/**
 * A convolution's passes over all its weights, at every position a matrix product with the patch that the kernel covers there.
 * What the kernel covers beyond the image is left out of the sums.
 */
import { volume } from '../../../models/model.ts';
import type { Traits } from '../gpu.ts';
import type { Binding } from '../kernel.ts';
import { trainableBinding } from './dense.ts';
import { firstMet, firstTap, lastMet, lastTap, located, tapsOf, type Geometry } from './geometry.ts';
import { bestFit, lanesFor, laneSums, lines } from './lanes.ts';
import {
  begin,
  goalBindings,
  reachFunction,
  reachWeightFunction,
  shaped,
  usesQuads,
  type Goal,
  type MatrixShape,
  type ShapedKernel,
} from './matrix.ts';
import { LISTED } from './modes.ts';
import { product } from './product.ts';
import {
  beginAll,
  gradientBinding,
  modesBinding,
  parametersBinding,
  putGradient,
  putValue,
  stepsBinding,
  valuesBinding,
} from './values.ts';

export interface ConvolutionShape extends MatrixShape {
  readonly geometry: Geometry;
}

const positionsOf = ({ width, height }: { readonly width: number; readonly height: number }): number => width * height;

/** A kernel row at a time: its columns lie side by side in the matrix and in the image. */
export function forwardConvolution(shape: ConvolutionShape, traits: Traits): ShapedKernel {
  const { rows, columns, batch, parameters, weight, bias, geometry } = shape;
  const { from, to, kernel, stride, padding } = geometry;
  const across = kernel * from.channels;
  const put = putValue(shape, shape.output);
  const sum = (row: string, value: string): string =>
    bias === null ? value : `${value} + parameters[network * ${parameters}u + ${bias}u + ${row}]`;
  const stretches = (body: string): string => `
  ${located('position', to, ['oy', 'ox'])}
  let k0 = ${firstTap('ox', geometry)} * ${from.channels}u;
  let k1 = ${lastTap('ox', from.width, geometry)} * ${from.channels}u;
  let lastRow = ${lastTap('oy', from.height, geometry)};
  for (var ky = ${firstTap('oy', geometry)}; ky < lastRow; ky++) {
    let ao = ky * ${across}u;
    // May wrap around: with the first k added it is right again.
    let bo = ((oy * ${stride}u + ky - ${padding}u) * ${from.width}u + ox * ${stride}u - ${padding}u) * ${from.channels * batch}u;
    ${body}
  }`;
  const code = product(
    {
      ...{ rows, columns: batch, positions: positionsOf(to), depth: padding === 0 ? across : null, stretches },
      a: { name: 'parameters', base: `(network * ${parameters}u + ${weight}u)`, stride: columns, along: 'k' },
      b: { name: 'x', base: `slot * ${(volume(from) + 1) * batch}u`, stride: batch },
      begin: begin(shape, `mode == ${LISTED}u`),
      finish: (row, column, value) => `put(slot, position * ${rows}u + ${row}, ${column}, ${sum(row, value)});`,
    },
    traits,
  );
  const bindings = [
    stepsBinding(shape),
    modesBinding(shape),
    parametersBinding(shape),
    valuesBinding('x', volume(from), shape),
    ...put.bindings,
  ];
  return shaped('forward, convolution', bindings, put.code, code, usesQuads(traits));
}

/** At every position of the input, over the kernel's weights that met it. */
export function inputGradientConvolution(shape: ConvolutionShape, traits: Traits): ShapedKernel {
  const { rows, columns, batch, parameters, weight, geometry } = shape;
  const { from, to, kernel } = geometry;
  const put = putGradient(shape, shape.input);
  const stretches = (body: string): string => `
  ${located('position', from, ['iy', 'ix'])}
  ${tapsOf(
    'iy',
    to.height,
    geometry,
    'ky',
    'oy',
    tapsOf(
      'ix',
      to.width,
      geometry,
      'kx',
      'ox',
      `let ao = (ky * ${kernel}u + kx) * ${from.channels}u;
    let bo = (oy * ${to.width}u + ox) * ${rows * batch}u;
    ${body}`,
    ),
  )}`;
  const code = product(
    {
      ...{ rows: from.channels, columns: batch, positions: positionsOf(from), depth: rows, stretches },
      a: { name: 'parameters', base: `(network * ${parameters}u + ${weight}u)`, stride: columns, along: 'rows' },
      b: { name: 'dy', base: `slot * ${volume(to) * batch}u`, stride: batch },
      begin: begin(shape, `mode == ${LISTED}u`),
      finish: (row, column, value) => `putGradient(slot, position * ${from.channels}u + ${row}, ${column}, ${value});`,
    },
    traits,
  );
  const bindings = [
    stepsBinding(shape),
    modesBinding(shape),
    parametersBinding(shape),
    gradientBinding('dy', volume(to), shape),
    ...put.bindings,
  ];
  return shaped('input gradient, convolution', bindings, put.code, code, usesQuads(traits));
}

/** Sums that one invocation holds, at most, along each side: a graphics card has fewer registers for each. */
const MOST = { software: { high: 8, wide: 6 }, hardware: { high: 8, wide: 4 } } as const;

const sidesUpTo = (extent: number, most: number): number => {
  const sizes = Array.from({ length: Math.ceil(most / 2) }, (_, index) => most - index);
  return extent <= most ? extent : bestFit(extent, sizes);
};

/**
 * Gradient by weights and biases, summed over all positions, and what is done with it. The lanes share the batch; a tile of
 * rows × neighbouring columns of one kernel row stays in registers.
 */
export function weightGradientConvolution(shape: ConvolutionShape, goal: Goal, traits: Traits): ShapedKernel {
  const { rows, columns, batch, bias, geometry } = shape;
  const { from, to, kernel, stride, padding } = geometry;
  const isUpdate = goal.kind === 'update';
  const lanes = lanesFor(batch, traits);
  const across = kernel * from.channels;
  const most = traits.isSoftware ? MOST.software : MOST.hardware;
  const high = sidesUpTo(rows, most.high);
  const wide = sidesUpTo(across, most.wide);
  const tiles = Math.ceil(across / wide);
  const [size, outputs] = [volume(from), volume(to)];
  const sums = laneSums(high * wide, lanes, traits);
  const biasSums = laneSums(high, lanes, traits);
  // A column beyond the image counts for nothing.
  const isInside = (c: number): string => `let inside${c} = (ox * ${stride}u + column${c} - ${padding}u) < ${from.width}u;`;
  const x = (c: number): string => {
    const value = `f32(x[xb + ${c * batch}u + b])`;
    return padding === 0 ? value : `select(0.0, ${value}, inside${c})`;
  };
  const biases =
    bias === null
      ? ''
      : `
  if (group.y == 0u) {
    ${lines(high, (r) => `var t${r} = 0.0;`)}
    for (var o = 0u; o < ${positionsOf(to)}u; o++) {
      let d = slot * ${outputs * batch}u + (o * ${rows}u + row) * ${batch}u;
      for (var b = lane; b < ${batch}u; b += ${lanes}u) { ${lines(high, (r) => `t${r} += dy[d + ${r * batch}u + b];`)} }
    }
    ${biasSums.each(
      (r) => `t${r}`,
      (r, total) => `if (row + ${r} < ${rows}u) { reach(network, ${bias}u + row + ${r}, ${total}, step); }`,
    )}
  }`;
  const code = `${sums.before}
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  let network = at.network + slot;
  ${isUpdate ? begin(shape, `mode == ${LISTED}u`) : `${beginAll(shape)} let mode = 0u;`}
  let lane = local.x;
  let row = group.x * ${high}u;
  let ky = group.y / ${tiles}u;
  let first = group.y % ${tiles}u * ${wide}u;
  ${padding === 0 ? '' : lines(wide, (c) => `let column${c} = (first + ${c}u) / ${from.channels}u;`)}
  ${lines(high, (r) => lines(wide, (c) => `var s${r}_${c} = 0.0;`))}
  let lastRow = ${lastMet('ky', to.height, from.height, geometry)};
  for (var oy = ${firstMet('ky', geometry)}; oy < lastRow; oy++) {
    for (var ox = 0u; ox < ${to.width}u; ox++) {
      let d = slot * ${outputs * batch}u + ((oy * ${to.width}u + ox) * ${rows}u + row) * ${batch}u;
      let corner = ((oy * ${stride}u + ky - ${padding}u) * ${from.width}u + ox * ${stride}u - ${padding}u) * ${from.channels}u + first;
      let xb = slot * ${(size + 1) * batch}u + corner * ${batch}u;
      ${padding === 0 ? '' : lines(wide, isInside)}
      for (var b = lane; b < ${batch}u; b += ${lanes}u) {
        ${lines(high, (r) => `let a${r} = dy[d + ${r * batch}u + b];`)}
        ${lines(wide, (c) => `let b${c} = ${x(c)};`)}
        ${lines(high, (r) => lines(wide, (c) => `s${r}_${c} += a${r} * b${c};`))}
      }
    }
  }
  {
    ${sums.each(
      (e) => `s${Math.floor(e / wide)}_${e % wide}`,
      (e, total) => `
      let r = row + ${e} / ${wide}u;
      let c = first + ${e} % ${wide}u;
      if (r < ${rows}u && c < ${across}u) { reachWeight(network, mode, r * ${columns}u + ky * ${across}u + c, ${total}, step); }`,
    )}
  }
  ${biases}
}`;
  const bindings: Binding[] = [
    stepsBinding(shape),
    ...(isUpdate ? [modesBinding(shape)] : []),
    ...goalBindings(shape, goal),
    ...(isUpdate ? [trainableBinding(shape)] : []),
    gradientBinding('dy', outputs, shape),
    valuesBinding('x', size, shape),
  ];
  const before = `${reachFunction(shape, goal)}\n${reachWeightFunction(shape, goal)}`;
  const groups = [Math.ceil(rows / high), kernel * tiles] as const;
  return shaped(`${goal.kind}, convolution`, bindings, before, { code, groups }, sums.subgroups);
}
