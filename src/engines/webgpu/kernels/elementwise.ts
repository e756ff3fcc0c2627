/**
 * Work on values one by one, those of four examples side by side: sums of several layers' outputs, and pooling over windows
 * that lie wholly in the image.
 */
import { volume, type Shape } from '../../../models/model.ts';
import type { Traits } from '../gpu.ts';
import type { Binding } from '../kernel.ts';
import { LANES, lines } from './lanes.ts';
import { shaped, type ShapedKernel } from './matrix.ts';
import {
  beginAll,
  gradientQuadsBinding,
  modesBinding,
  putGradient,
  putValue,
  quadsBinding,
  stepsBinding,
  WIDEST,
  type Scene,
  type Sloped,
  type Written,
} from './values.ts';

/** Invocations of a workgroup along the batch and, on a card, features that it has side by side. */
const CARD_LANES = 16;
const CARD_FEATURES = 4;

/** Runs `find` for every `feature`, and `body` for each of its quads of the batch. */
function everywhere(scene: Scene, features: number, traits: Traits, find: string, body: string) {
  const quads = scene.batch / 4;
  const [lanes, atOnce] = traits.isSoftware ? [LANES, 1] : [CARD_LANES, CARD_FEATURES];
  const groups = Math.ceil(features / atOnce);
  const code = `
@compute @workgroup_size(${lanes}, ${atOnce})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.z;
  ${beginAll(scene)}
  let feature = (group.y * ${WIDEST}u + group.x) * ${atOnce}u + local.y;
  if (feature >= ${features}u) { return; }
  ${find}
  for (var quad = local.x; quad < ${quads}u; quad += ${lanes}u) { ${body} }
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
export function addValues(scene: Scene, output: Written, sources: number, traits: Traits): ShapedKernel {
  const { features } = output;
  const put = putValue(scene, output, 'vec4f');
  const quads = scene.batch / 4;
  const terms = Array.from({ length: sources }, (_, index) => `vec4f(x${index}[first + quad])`).join(' + ');
  const first = `let first = slot * ${(features + 1) * quads}u + feature * ${quads}u;`;
  const inputs = Array.from({ length: sources }, (_, index) => quadsBinding(`x${index}`, features, scene));
  const work = everywhere(scene, features, traits, first, `put(slot, feature, quad, ${terms});`);
  return shaped('addition', writing(scene, output, inputs, put.bindings), put.code, work, false);
}

/** Passes the sum's gradient on to one of its sources. */
export function addGradient(scene: Scene, input: Sloped, traits: Traits): ShapedKernel {
  const { features } = input;
  const put = putGradient(scene, input, 'vec4f');
  const quads = scene.batch / 4;
  const first = `let first = slot * ${features * quads}u + feature * ${quads}u;`;
  const work = everywhere(scene, features, traits, first, 'putGradient(slot, feature, quad, dy[first + quad]);');
  const bindings = [stepsBinding(scene), gradientQuadsBinding('dy', features, scene), ...put.bindings];
  return shaped('addition, gradient', bindings, put.code, work, false);
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

/** Where a feature's channel and position are, and where its channel begins in `x`. */
const located = ({ from, to }: Windows, of: Shape, scene: Scene, [row, column]: readonly [string, string]): string => {
  const quads = scene.batch / 4;
  return `
  let channel = feature % ${to.channels}u;
  let ${row} = feature / ${to.channels}u / ${of.width}u;
  let ${column} = feature / ${to.channels}u % ${of.width}u;
  let first = slot * ${(volume(from) + 1) * quads}u + channel * ${quads}u;`;
};

/** The value at `i`, `j` of the window of the output `oy`, `ox`. */
const inWindow = ({ from, stride }: Windows, { batch }: Scene, i: string, j: string): string =>
  `vec4f(x[first + quad + ((oy * ${stride}u + ${i}) * ${from.width}u + ox * ${stride}u + ${j}) * ${(from.channels * batch) / 4}u])`;

/** Windows of up to so many values are written out. */
const SMALL = 9;

function overWindow({ height, width }: Windows, body: (i: string, j: string) => string): string {
  if (height * width <= SMALL) return lines(height, (i) => lines(width, (j) => `{ ${body(`${i}u`, `${j}u`)} }`));
  return `
  for (var i = 0u; i < ${height}u; i++) {
    for (var j = 0u; j < ${width}u; j++) { ${body('i', 'j')} }
  }`;
}

export function pool(scene: Scene, output: Written, windows: Windows, traits: Traits): ShapedKernel {
  const { kind, from, to, height, width } = windows;
  const put = putValue(scene, output, 'vec4f');
  const isMax = kind === 'max';
  const value = (i: string, j: string): string => inWindow(windows, scene, i, j);
  const work = everywhere(
    scene,
    output.features,
    traits,
    located(windows, to, scene, ['oy', 'ox']),
    `
  var result = ${isMax ? inWindow(windows, scene, '0u', '0u') : 'vec4f(0.0)'};
  ${overWindow(windows, (i, j) => (isMax ? `result = max(result, ${value(i, j)});` : `result += ${value(i, j)};`))}
  put(slot, feature, quad, ${isMax ? 'result' : `result * ${1 / (height * width)}`});`,
  );
  const bindings = writing(scene, output, [quadsBinding('x', volume(from), scene)], put.bindings);
  return shaped(`${kind} pool`, bindings, put.code, work, false);
}

/** Each value asks the windows that it is in: of equal highest values the first one has the window's gradient. */
export function poolGradient(scene: Scene, input: Sloped, windows: Windows, traits: Traits): ShapedKernel {
  const { kind, from, to, height, width, stride } = windows;
  const put = putGradient(scene, input, 'vec4f');
  const winner = `
      var winner = vec4u(0u);
      var highest = ${inWindow(windows, scene, '0u', '0u')};
      ${overWindow(
        windows,
        (i, j) => `let value = ${inWindow(windows, scene, i, j)};
        winner = select(winner, vec4u(${i} * ${width}u + ${j}), value > highest);
        highest = max(highest, value);`,
      )}
      let mine = vec4u((iy - oy * ${stride}u) * ${width}u + ix - ox * ${stride}u);
      gradient += select(vec4f(0.0), slope, winner == mine);`;
  const firstWindow = (i: string, size: number): string => `u32(max(0, i32(${i}) - ${size - 1} + ${stride - 1}) / ${stride})`;
  const work = everywhere(
    scene,
    input.features,
    traits,
    located(windows, from, scene, ['iy', 'ix']),
    `
  var gradient = vec4f(0.0);
  for (var oy = ${firstWindow('iy', height)}; oy < ${to.height}u && oy * ${stride}u <= iy; oy++) {
    for (var ox = ${firstWindow('ix', width)}; ox < ${to.width}u && ox * ${stride}u <= ix; ox++) {
      let place = (oy * ${to.width}u + ox) * ${to.channels}u + channel;
      let slope = dy[slot * ${(volume(to) * scene.batch) / 4}u + place * ${scene.batch / 4}u + quad];
      ${kind === 'max' ? winner : `gradient += slope * ${1 / (height * width)};`}
    }
  }
  putGradient(slot, feature, quad, gradient);`,
  );
  const bindings = [stepsBinding(scene), gradientQuadsBinding('dy', volume(to), scene), ...put.bindings];
  return shaped(`${kind} pool, gradient`, bindings, put.code, work, false);
}
