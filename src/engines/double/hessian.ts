/**
 * Hessian-vector products in double precision: the gradient worked out on dual numbers, whose derivative along a vector
 * is the Hessian times that vector (Pearlmutter 1994), with no finite step to choose.
 */
import { volume, type Model } from '../../models/model.ts';
import { exp } from '../../numerics/elementary.ts';
import type { Tensors } from '../../science/tensors.ts';
import type { Task } from '../../tasks/task.ts';
import { gatherInputs } from '../gather.ts';
import { zeros, type Dual, type Duals } from './dual.ts';
import { forward, type Pass } from './layers.ts';

/** Examples at a time: bounds the memory. */
const CHUNK = 64;

/** Hessian of the mean loss on `examples` times `vector`, of absent and frozen weights too. */
export function hessianVectorProduct(model: Model, task: Task, parameters: Tensors, examples: Uint32Array, vector: Tensors): Tensors {
  const point: Duals = byName(model, (name) => ({ value: Float64Array.from(parameters[name]), slope: Float64Array.from(vector[name]) }));
  const gradients: Duals = byName(model, (name) => zeros(parameters[name].length));
  // Normalised by its own statistics, a batch cannot be taken in parts.
  const size = model.layers.some(({ kind }) => kind === 'batch-norm') ? examples.length : CHUNK;
  for (let from = 0; from < examples.length; from += size) {
    addGradients(model, task, point, examples.subarray(from, from + size), 1 / examples.length, gradients);
  }
  return byName(model, (name) => Float32Array.from(gradients[name].slope));
}

const byName = <Of>(model: Model, of: (name: string) => Of): Record<string, Of> =>
  Object.fromEntries(model.parameters.map(({ name }) => [name, of(name)]));

/** Adds the gradient of the losses' sum times `share`. */
function addGradients(model: Model, task: Task, point: Duals, examples: Uint32Array, share: number, gradients: Duals): void {
  const count = examples.length;
  const input = zeros(count * volume(model.input));
  gatherInputs(task, examples, input.value);
  const outputs = new Map<string, Dual>([['input', input]]);
  const slopes = new Map<string, Dual>([['input', zeros(input.value.length)]]);
  const of = (all: ReadonlyMap<string, Dual>, name: string): Dual => {
    const dual = all.get(name);
    if (dual === undefined) throw new Error(`no layer ${name} comes before its readers`);
    return dual;
  };
  const passes = model.layers.map((layer): Pass => {
    const pass = forward(
      layer,
      layer.from.map((name) => of(outputs, name)),
      point,
      count,
    );
    outputs.set(layer.name, pass.output);
    slopes.set(layer.name, zeros(pass.output.value.length));
    return pass;
  });
  const last = model.layers[model.layers.length - 1].name;
  const labels = Uint8Array.from(examples, (example) => task.labels[example]);
  lossGradient(of(outputs, last), labels, model.classes, share, of(slopes, last));
  for (let index = passes.length - 1; index >= 0; index--) {
    const layer = model.layers[index];
    passes[index].backward(
      of(slopes, layer.name),
      layer.from.map((name) => of(slopes, name)),
      gradients,
    );
  }
}

/** Of the softmax cross-entropies' sum times `share`, by the logits [examples][classes]. */
function lossGradient(logits: Dual, labels: Uint8Array, classes: number, share: number, gradient: Dual): void {
  const probabilities = new Float64Array(classes);
  for (let example = 0; example < labels.length; example++) {
    const from = example * classes;
    const row = logits.value.subarray(from, from + classes);
    const slopes = logits.slope.subarray(from, from + classes);
    const highest = row.reduce((most, logit) => Math.max(most, logit));
    row.forEach((logit, index) => (probabilities[index] = exp(logit - highest)));
    const total = probabilities.reduce((sum, value) => sum + value);
    let meanSlope = 0;
    for (let index = 0; index < classes; index++) {
      probabilities[index] /= total;
      meanSlope += probabilities[index] * slopes[index];
    }
    for (let index = 0; index < classes; index++) {
      gradient.value[from + index] = (probabilities[index] - (index === labels[example] ? 1 : 0)) * share;
      gradient.slope[from + index] = probabilities[index] * (slopes[index] - meanSlope) * share;
    }
  }
}
