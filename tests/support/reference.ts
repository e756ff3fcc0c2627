/**
 * A multilayer perceptron and its training in plain double-precision loops: slow, short and meant to be right by
 * inspection. Engines are compared with it.
 */
import type { Model } from '../../src/models/model.ts';
import { getBit, type Planes } from '../../src/science/mask.ts';
import type { Optimizer } from '../../src/science/recipe/schema.ts';
import type { Task } from '../../src/tasks/task.ts';
import { inputsOf } from './tiny-task.ts';

export type Doubles = Record<string, number[]>;

export const toDoubles = (tensors: Readonly<Record<string, ArrayLike<number>>>): Doubles =>
  Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, Array.from(values)]));

/** What goes into each layer for one example, and last the logits. */
export function referenceActivations(model: Model, parameters: Doubles, task: Task, example: number): number[][] {
  const activations: number[][] = [inputsOf(task, example)];
  for (const layer of model.layers) {
    const x = activations[activations.length - 1];
    if (layer.kind === 'dense') {
      const weight = parameters[layer.weight];
      activations.push(
        parameters[layer.bias].map((bias, unit) =>
          x.reduce((total, value, input) => total + weight[unit * layer.inputs + input] * value, bias),
        ),
      );
    } else if (layer.kind === 'relu') activations.push(x.map((value) => Math.max(0, value)));
    else if (layer.kind === 'tanh') activations.push(x.map(Math.tanh));
    else throw new Error(`the reference has no ${layer.kind}`);
  }
  return activations;
}

/** Mean cross-entropy of the examples and its gradient by every parameter. */
export function referenceGradients(
  model: Model,
  parameters: Doubles,
  task: Task,
  examples: ArrayLike<number>,
): { readonly loss: number; readonly gradients: Doubles } {
  const gradients: Doubles = Object.fromEntries(model.parameters.map(({ name, size }) => [name, new Array<number>(size).fill(0)]));
  let loss = 0;
  for (const example of Array.from(examples)) {
    const activations = referenceActivations(model, parameters, task, example);
    const logits = activations[activations.length - 1];
    const highest = Math.max(...logits);
    const total = logits.reduce((partial, logit) => partial + Math.exp(logit - highest), 0);
    const label = task.labels[example];
    loss += Math.log(total) + highest - logits[label];
    // Backward: delta is the derivative of the example's loss by what the layer puts out.
    let delta = logits.map((logit, unit) => Math.exp(logit - highest) / total - (unit === label ? 1 : 0));
    for (let index = model.layers.length - 1; index >= 0; index--) {
      const layer = model.layers[index];
      const x = activations[index];
      const y = activations[index + 1];
      if (layer.kind === 'dense') {
        const weight = parameters[layer.weight];
        delta.forEach((slope, unit) => {
          gradients[layer.bias][unit] += slope / examples.length;
          x.forEach((value, input) => (gradients[layer.weight][unit * layer.inputs + input] += (slope * value) / examples.length));
        });
        delta = x.map((_, input) => delta.reduce((sum, slope, unit) => sum + slope * weight[unit * layer.inputs + input], 0));
      } else if (layer.kind === 'relu') delta = delta.map((slope, unit) => (y[unit] > 0 ? slope : 0));
      else delta = delta.map((slope, unit) => slope * (1 - y[unit] ** 2));
    }
  }
  return { loss: loss / examples.length, gradients };
}

/** One network in training. */
export class ReferenceNetwork {
  readonly parameters: Doubles;
  readonly moments: Record<string, Doubles> = {};
  private steps = 0;

  constructor(
    private readonly model: Model,
    private readonly optimizer: Optimizer,
    private readonly weightDecay: number,
    start: Doubles,
    private planes: Planes,
  ) {
    this.parameters = structuredClone(start);
    for (const moment of ['velocity', 'm', 'v']) {
      this.moments[moment] = Object.fromEntries(model.parameters.map(({ name, size }) => [name, new Array<number>(size).fill(0)]));
    }
    this.setPlanes(planes);
  }

  setPlanes(planes: Planes): void {
    this.planes = planes;
    this.everyWeight((name, index) => {
      if (!this.isPresent(name, index)) this.parameters[name][index] = 0;
      if (!this.isTrainable(name, index)) for (const moment of Object.values(this.moments)) moment[name][index] = 0;
    });
  }

  /** Returns the loss before the step. */
  step(task: Task, examples: ArrayLike<number>, rate: number): number {
    const { loss, gradients } = referenceGradients(this.model, this.parameters, task, examples);
    this.steps++;
    this.everyWeight((name, index) => {
      if (this.isTrainable(name, index))
        this.move(name, index, gradients[name][index] + this.weightDecay * this.parameters[name][index], rate);
    });
    return loss;
  }

  private move(name: string, index: number, gradient: number, rate: number): void {
    const { optimizer, moments } = this;
    const w = this.parameters[name];
    if (optimizer.type === 'sgd') w[index] -= rate * gradient;
    else if (optimizer.type === 'momentum') {
      const velocity = moments.velocity[name];
      velocity[index] = optimizer.momentum * velocity[index] + gradient;
      w[index] -= rate * velocity[index];
    } else {
      const { beta1, beta2 } = optimizer;
      const m = moments.m[name];
      const v = moments.v[name];
      m[index] = beta1 * m[index] + (1 - beta1) * gradient;
      v[index] = beta2 * v[index] + (1 - beta2) * gradient ** 2;
      const mean = m[index] / (1 - beta1 ** this.steps);
      const spread = Math.sqrt(v[index] / (1 - beta2 ** this.steps));
      w[index] -= (rate * mean) / (spread + 1e-8);
    }
  }

  private everyWeight(visit: (name: string, index: number) => void): void {
    for (const { name, size } of this.model.parameters) for (let index = 0; index < size; index++) visit(name, index);
  }

  private isPresent(name: string, index: number): boolean {
    return !(name in this.planes) || getBit(this.planes[name].present, index);
  }

  private isTrainable(name: string, index: number): boolean {
    return !(name in this.planes) || (this.isPresent(name, index) && getBit(this.planes[name].trainable, index));
  }
}
