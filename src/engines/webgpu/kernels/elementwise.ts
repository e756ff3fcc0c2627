/** Work on one value at a time: sums of several layers' outputs, and pooling over windows that lie wholly in the image. */
import { volume, type Shape } from '../../../models/model.ts';
import type { Binding } from '../kernel.ts';
import { shaped, type ShapedKernel } from './matrix.ts';
import {
  beginAll,
  gradientBinding,
  modesBinding,
  putGradient,
  putValue,
  stepsBinding,
  valuesBinding,
  WIDEST,
  type Scene,
  type Sloped,
  type Written,
} from './values.ts';

const SIZE = 64;

/** Runs `body` for every `feature` and `example`. */
function everywhere(scene: Scene, features: number, body: string) {
  const { batch } = scene;
  const groups = Math.ceil((features * batch) / SIZE);
  const code = `
@compute @workgroup_size(${SIZE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  ${beginAll(scene)}
  let index = (group.y * ${WIDEST}u + group.x) * ${SIZE}u + local.x;
  if (index >= ${features * batch}u) { return; }
  let feature = index / ${batch}u;
  let example = index % ${batch}u;
  ${body}
}`;
  return { code, groups: [Math.min(groups, WIDEST), Math.ceil(groups / WIDEST)] as const };
}

/** Bindings of a kernel that writes values, the modes too where it must know how they are read. */
const writing = (scene: Scene, { isTurned }: Written, sources: readonly Binding[], put: readonly Binding[]): readonly Binding[] => [
  stepsBinding(scene),
  ...(isTurned === null ? [] : [modesBinding(scene)]),
  ...sources,
  ...put,
];

/** The sum of so many sources' values. */
export function addValues(scene: Scene, output: Written, sources: number): ShapedKernel {
  const { features } = output;
  const { batch } = scene;
  const put = putValue(scene, output);
  const terms = Array.from({ length: sources }, (_, index) => `f32(x${index}[slot * ${(features + 1) * batch}u + index])`).join(' + ');
  const inputs = Array.from({ length: sources }, (_, index) => valuesBinding(`x${index}`, features, scene));
  const work = everywhere(scene, features, `put(slot, feature, example, ${terms});`);
  return shaped('addition', writing(scene, output, inputs, put.bindings), put.code, work, false);
}

/** Passes the sum's gradient on to one of its sources. */
export function addGradient(scene: Scene, input: Sloped): ShapedKernel {
  const { features } = input;
  const put = putGradient(scene, input);
  const work = everywhere(scene, features, `putGradient(slot, feature, example, dy[slot * ${features * scene.batch}u + index]);`);
  return shaped(
    'addition, gradient',
    [stepsBinding(scene), gradientBinding('dy', features, scene), ...put.bindings],
    put.code,
    work,
    false,
  );
}

/** A pooling layer's windows. */
export interface Windows {
  readonly kind: 'max' | 'average';
  readonly from: Shape;
  readonly to: Shape;
  readonly height: number;
  readonly width: number;
  readonly stride: number;
}

const position = (row: string, column: string, { width }: Shape): string => `(${row}) * ${width}u + ${column}`;

export function pool(scene: Scene, output: Written, { kind, from, to, height, width, stride }: Windows): ShapedKernel {
  const { batch } = scene;
  const put = putValue(scene, output);
  const isMax = kind === 'max';
  const work = everywhere(
    scene,
    output.features,
    `
  let channel = feature % ${to.channels}u;
  let oy = feature / ${to.channels}u / ${to.width}u;
  let ox = feature / ${to.channels}u % ${to.width}u;
  let first = slot * ${(volume(from) + 1) * batch}u + example + channel * ${batch}u;
  var result = ${isMax ? `f32(x[first + (${position(`oy * ${stride}u`, `ox * ${stride}u`, from)}) * ${from.channels * batch}u])` : '0.0'};
  for (var i = 0u; i < ${height}u; i++) {
    for (var j = 0u; j < ${width}u; j++) {
      let value = f32(x[first + (${position(`oy * ${stride}u + i`, `ox * ${stride}u + j`, from)}) * ${from.channels * batch}u]);
      ${isMax ? 'result = max(result, value);' : 'result += value;'}
    }
  }
  put(slot, feature, example, ${isMax ? 'result' : `result * ${1 / (height * width)}`});`,
  );
  const bindings = writing(scene, output, [valuesBinding('x', volume(from), scene)], put.bindings);
  return shaped(`${kind} pool`, bindings, put.code, work, false);
}

/** Each value asks the windows that it is in: of equal highest values the first one has the window's gradient. */
export function poolGradient(scene: Scene, input: Sloped, { kind, from, to, height, width, stride }: Windows): ShapedKernel {
  const { batch } = scene;
  const put = putGradient(scene, input);
  const winner = `
      var winner = 0u;
      var highest = f32(x[first + (${position(`oy * ${stride}u`, `ox * ${stride}u`, from)}) * ${from.channels * batch}u]);
      for (var i = 0u; i < ${height}u; i++) {
        for (var j = 0u; j < ${width}u; j++) {
          let value = f32(x[first + (${position(`oy * ${stride}u + i`, `ox * ${stride}u + j`, from)}) * ${from.channels * batch}u]);
          if (value > highest) { highest = value; winner = i * ${width}u + j; }
        }
      }
      if (winner == (iy - oy * ${stride}u) * ${width}u + ix - ox * ${stride}u) { gradient += slope; }`;
  const firstWindow = (i: string, size: number): string => `u32(max(0, i32(${i}) - ${size - 1} + ${stride - 1}) / ${stride})`;
  const work = everywhere(
    scene,
    input.features,
    `
  let channel = feature % ${from.channels}u;
  let iy = feature / ${from.channels}u / ${from.width}u;
  let ix = feature / ${from.channels}u % ${from.width}u;
  let first = slot * ${(volume(from) + 1) * batch}u + example + channel * ${batch}u;
  var gradient = 0.0;
  for (var oy = ${firstWindow('iy', height)}; oy < ${to.height}u && oy * ${stride}u <= iy; oy++) {
    for (var ox = ${firstWindow('ix', width)}; ox < ${to.width}u && ox * ${stride}u <= ix; ox++) {
      let slope = dy[slot * ${volume(to) * batch}u + ((${position('oy', 'ox', to)}) * ${to.channels}u + channel) * ${batch}u + example];
      ${kind === 'max' ? winner : `gradient += slope * ${1 / (height * width)};`}
    }
  }
  putGradient(slot, feature, example, gradient);`,
  );
  const bindings = [stepsBinding(scene), gradientBinding('dy', volume(to), scene), ...put.bindings];
  return shaped(`${kind} pool, gradient`, bindings, put.code, work, false);
}
