/**
 * What a network answers, worked out from its data alone: plain loops for the few inputs that a view asks about, not an
 * engine. Work is proportional to the weights that are not zero.
 *
 * Everything between layers is feature-major, [feature][example], so that one weight meets a whole batch at once.
 */
import { exp } from '../numerics/elementary.ts';
import type { Layer, LayerKind, Model } from './model.ts';

/** Parameters and buffers by name, in canonical layout. */
export type Values = Readonly<Record<string, Float32Array>>;

type LayerOf<Kind extends LayerKind, Any = Layer> = Any extends { kind: infer Kinds } ? (Kind extends Kinds ? Any : never) : never;

/** What a layer puts out for a batch, from what the layers that it reads put out; it may not change what it reads. */
type Apply<Kind extends LayerKind> = (
  layer: LayerOf<Kind>,
  from: readonly Float32Array[],
  values: Values,
  batch: number,
) => Float32Array<ArrayBuffer>;

type ApplyAny = (layer: Layer, from: readonly Float32Array[], values: Values, batch: number) => Float32Array;

/** Layers that can be worked out here; another kind is one more function. */
const kinds: { readonly [Kind in LayerKind]?: Apply<Kind> } = {
  dense: ({ inputs, units, weight, bias }, [x], values, batch) => {
    const out = new Float32Array(units * batch);
    for (let unit = 0, index = 0; unit < units; unit++) {
      const y = out.subarray(unit * batch, (unit + 1) * batch).fill(values[bias][unit]);
      for (let input = 0; input < inputs; input++, index++) {
        const w = values[weight][index];
        if (w === 0) continue;
        const from = input * batch;
        for (let example = 0; example < batch; example++) y[example] += w * x[from + example];
      }
    }
    return out;
  },
  relu: (_, [x]) => {
    const out = new Float32Array(x.length);
    for (let at = 0; at < x.length; at++) if (x[at] > 0) out[at] = x[at];
    return out;
  },
  tanh: (_, [x]) => x.map((value) => 1 - 2 / (exp(2 * value) + 1)),
};

/** Whether all layers of a network can be worked out here. */
export const canForward = (model: Model): boolean => model.layers.every(({ kind }) => kinds[kind] !== undefined);

/** What every layer puts out for a batch, by name, the batch itself as `input`; each [feature][example]. */
export function activations(model: Model, values: Values, inputs: Float32Array, batch: number): Values {
  const outputs: Record<string, Float32Array> = { input: inputs };
  for (const layer of model.layers) {
    // A layer's own kind chose the function, which the types cannot follow.
    const apply = kinds[layer.kind] as ApplyAny | undefined;
    if (apply === undefined) throw new Error(`no forward pass for ${layer.kind}`);
    outputs[layer.name] = apply(
      layer,
      layer.from.map((name) => outputs[name]),
      values,
      batch,
    );
  }
  return outputs;
}

/** Logits of a batch, [class][example]. */
export const logits = (model: Model, values: Values, inputs: Float32Array, batch: number): Float32Array =>
  activations(model, values, inputs, batch)[model.layers[model.layers.length - 1].name];

/** Probabilities (0..1, summing to 1 for each example) of logits; both [class][example]. */
export function softmax(scores: Float32Array, batch: number): Float32Array {
  const classes = scores.length / batch;
  const shares = new Float32Array(scores.length);
  for (let example = 0; example < batch; example++) {
    let highest = -Infinity;
    for (let label = 0; label < classes; label++) highest = Math.max(highest, scores[label * batch + example]);
    let sum = 0;
    for (let at = example; at < scores.length; at += batch) sum += shares[at] = exp(scores[at] - highest);
    for (let at = example; at < scores.length; at += batch) shares[at] /= sum;
  }
  return shares;
}

/** Examples one after another, [example][feature], as [feature][example]. */
export function featureMajor(rows: Float32Array, batch: number): Float32Array {
  const features = rows.length / batch;
  const turned = new Float32Array(rows.length);
  for (let example = 0, at = 0; example < batch; example++)
    for (let feature = 0; feature < features; feature++, at++) turned[feature * batch + example] = rows[at];
  return turned;
}
