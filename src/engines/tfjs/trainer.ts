/** Trains several networks of one shape, one after the other within each step, on tfjs tensors and its autodiff. */
import { add, concat, grads, mul, reshape, slice, sum, tensor1d, tensor2d, valueAndGrads, where, zerosLike } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { volume } from '../../models/model.ts';
import type { Planes } from '../../science/mask.ts';
import type { Metrics, Snapshot, Tensors } from '../../science/tensors.ts';
import type { Control, NetworkStart, Trainer, TrainerPlan } from '../../science/trainer.ts';
import type { Task } from '../../tasks/task.ts';
import type { Backend } from './backend.ts';
import { forward, type Values } from './forward.ts';
import './gradients.ts';
import { gatherInputs, gatherOneHot } from './gather.ts';
import { pack, unpack } from './layout.ts';
import { crossEntropy, scores } from './loss.ts';
import { Network, shapesOf, type Shapes } from './network.ts';
import { ruleOf, type Rule } from './optimizers.ts';

/** Steps after which losses are fetched even where nobody wants to breathe: it bounds what a GPU has queued. */
const STEPS_IN_FLIGHT = 200;

/** How far one call of `train` has come with a network. */
interface Progress {
  readonly network: Network;
  readonly end: number;
  /** Sum of the losses that are still on the device, and of how many steps. */
  pending: Scalar | null;
  pendingSteps: number;
  lossSum: number;
  steps: number;
}

export class TfjsTrainer implements Trainer {
  private readonly shapes: Shapes;
  private readonly rule: Rule;
  private readonly all: (Network | null)[];
  private readonly arrivals: Arrivals;
  private readonly batchInputs: Float32Array;
  private readonly batchClasses: Float32Array;

  constructor(
    private readonly backend: Backend,
    private readonly plan: TrainerPlan,
    private readonly evaluationBatch: number,
    private readonly disposed: (trainer: TfjsTrainer) => void,
  ) {
    this.rule = ruleOf(plan.optimizer);
    this.shapes = shapesOf(plan.model, this.rule.moments);
    this.all = Array.from({ length: plan.networks }, () => null);
    this.arrivals = new Arrivals(plan.task);
    this.batchInputs = new Float32Array(plan.batchSize * volume(plan.model.input));
    this.batchClasses = new Float32Array(plan.batchSize * plan.model.classes);
  }

  get networks(): number {
    return this.plan.networks;
  }

  start(network: number, start: NetworkStart): void {
    const next = new Network(this.backend, this.shapes, start);
    this.all[network]?.dispose();
    this.all[network] = next;
  }

  async train(until: readonly number[], control: Control): Promise<readonly number[]> {
    const all = until.map((end, index): Progress => {
      return { network: this.network(index), end, pending: null, pendingSteps: 0, lossSum: 0, steps: 0 };
    });
    try {
      for (let inFlight = 0; ; inFlight++) {
        const busy = all.filter(({ network, end }) => network.position < end);
        if (busy.length === 0 || inFlight >= STEPS_IN_FLIGHT || control.due()) {
          for (const progress of all) await this.fetchLoss(progress);
          inFlight = 0;
        }
        if (busy.length === 0) break;
        if (control.due()) await control.breathe();
        for (const progress of busy) {
          const examples = progress.network.batches.at(progress.network.position);
          if (!this.arrivals.includes(examples)) await this.arrivals.wait(examples);
          this.step(progress, examples);
        }
      }
    } finally {
      for (const { pending } of all) pending?.dispose();
    }
    return all.map(({ lossSum, steps }) => (steps > 0 && Number.isFinite(lossSum) ? lossSum / steps : NaN));
  }

  async metrics(network: number, examples: Uint32Array, control: Control): Promise<Metrics> {
    const { task, model } = this.plan;
    await task.ready(examples);
    const pixels = volume(model.input);
    const size = Math.min(this.evaluationBatch, examples.length);
    const inputs = new Float32Array(size * pixels);
    let correct = 0;
    let lossSum = 0;
    for (let from = 0; from < examples.length; from += size) {
      if (control.due()) await control.breathe();
      const batch = examples.subarray(from, from + size);
      gatherInputs(task, batch, inputs);
      const { weights } = this.network(network).state;
      // The last batch may be ragged: its spare rows are computed like the others and not counted.
      const logits = await this.fetch(() => forward(model, this.named(this.split(weights)), rowsOf(inputs, size, pixels)));
      const labels = Array.from(batch, (example) => task.labels[example]);
      const batchScores = scores(logits, model.classes, labels, batch.length);
      correct += batchScores.correct;
      lossSum += batchScores.lossSum;
    }
    return { accuracy: correct / examples.length, loss: lossSum / examples.length };
  }

  async gradients(network: number, examples: Uint32Array): Promise<Tensors> {
    return this.overExamples(examples, (inputs, oneHot) => {
      const loss = this.lossOf(inputs, oneHot, examples.length);
      return grads(loss)(this.split(this.network(network).state.weights));
    });
  }

  /** By differentiating twice: the gradient of ∇L · vector (Pearlmutter 1994), with no finite step to choose. */
  async hessianVectorProduct(network: number, examples: Uint32Array, vector: Tensors): Promise<Tensors> {
    const packed = pack(this.shapes.parameters, vector);
    return this.overExamples(examples, (inputs, oneHot) => {
      const loss = this.lossOf(inputs, oneHot, examples.length);
      const directions = this.split(tensor1d(packed));
      const slope = (...parameters: Tensor[]): Tensor =>
        grads(loss)(parameters)
          .map((gradient, index): Tensor => sum(mul(gradient, directions[index])))
          .reduce((partial, term) => add(partial, term));
      return grads(slope)(this.split(this.network(network).state.weights));
    });
  }

  async read(network: number): Promise<Snapshot> {
    return this.network(network).read();
  }

  write(network: number, snapshot: Snapshot): void {
    this.network(network).write(snapshot);
  }

  async readOptimizer(network: number): Promise<Tensors> {
    return this.network(network).readOptimizer();
  }

  writeOptimizer(network: number, state: Tensors): void {
    this.network(network).writeOptimizer(state);
  }

  setPlanes(network: number, planes: Planes): void {
    this.network(network).setPlanes(planes);
  }

  dispose(): void {
    for (const network of this.all) network?.dispose();
    this.all.fill(null);
    this.disposed(this);
  }

  private network(index: number): Network {
    const network = this.all[index];
    if (network === null) throw new Error(`network ${index} was not started`);
    return network;
  }

  /** One step of one network on the examples of its next batch. */
  private step(progress: Progress, examples: Uint32Array): void {
    const { task, model, weightDecay } = this.plan;
    const { network, pending } = progress;
    const { state, trainable } = network;
    const rate = network.rateAt(network.position);
    gatherInputs(task, examples, this.batchInputs);
    gatherOneHot(task, examples, this.batchClasses);
    const { lossSum, next } = this.backend.run(() => {
      const inputs = rowsOf(this.batchInputs, examples.length, volume(model.input));
      const oneHot = rowsOf(this.batchClasses, examples.length, model.classes);
      const { value, grads } = valueAndGrads(this.lossOf(inputs, oneHot, examples.length))(this.split(state.weights));
      let gradient = join(grads);
      if (weightDecay !== 0) gradient = add(gradient, mul(state.weights, weightDecay));
      // Before the moments see it. Chosen rather than multiplied: 0 × NaN is NaN.
      if (trainable !== null) gradient = where(trainable, gradient, zerosLike(gradient));
      const stepped = this.rule.step(state.weights, state.moments, gradient, rate, network.steps + 1);
      return { lossSum: pending === null ? value : add<Scalar>(pending, value), next: { ...stepped, buffers: state.buffers } };
    });
    network.advance(next);
    pending?.dispose();
    progress.pending = lossSum;
    progress.pendingSteps++;
  }

  private async fetchLoss(progress: Progress): Promise<void> {
    if (progress.pending === null) return;
    progress.lossSum += (await this.backend.read(progress.pending))[0];
    progress.steps += progress.pendingSteps;
    progress.pending.dispose();
    progress.pending = null;
    progress.pendingSteps = 0;
  }

  /** The values of the tensor that `work` makes. */
  private async fetch(work: () => Tensor): Promise<Float32Array> {
    const tensor = this.backend.run(work);
    try {
      return await this.backend.read(tensor);
    } finally {
      tensor.dispose();
    }
  }

  private lossOf(inputs: Tensor, oneHot: Tensor, count: number): (...parameters: Tensor[]) => Scalar {
    return (...parameters) => crossEntropy(forward(this.plan.model, this.named(parameters), inputs), oneHot, count);
  }

  private named(parameters: readonly Tensor[]): Values {
    return Object.fromEntries(this.shapes.parameters.spans.map(({ name }, index) => [name, parameters[index]]));
  }

  /** Parameters in their own shapes, in canonical order. */
  private split(flat: Tensor): Tensor[] {
    return this.shapes.parameters.spans.map(({ offset, size, shape }) => reshape(slice(flat, [offset], [size]), [...shape]));
  }

  /** Adds up over the examples what `part` makes of a batch of them, one tensor a parameter. */
  private async overExamples(examples: Uint32Array, part: (inputs: Tensor, oneHot: Tensor) => Tensor[]): Promise<Tensors> {
    const { task, model } = this.plan;
    await task.ready(examples);
    const size = Math.min(this.evaluationBatch, examples.length);
    const inputs = new Float32Array(size * volume(model.input));
    const oneHot = new Float32Array(size * model.classes);
    const total = new Float64Array(this.shapes.parameters.size);
    for (let from = 0; from < examples.length; from += size) {
      const batch = examples.subarray(from, from + size);
      gatherInputs(task, batch, inputs);
      // Spare rows of the last batch belong to no class and so count for nothing.
      gatherOneHot(task, batch, oneHot);
      const values = await this.fetch(() => join(part(rowsOf(inputs, size, volume(model.input)), rowsOf(oneHot, size, model.classes))));
      for (let index = 0; index < total.length; index++) total[index] += values[index];
    }
    return unpack(this.shapes.parameters, Float32Array.from(total));
  }
}

const join = (tensors: readonly Tensor[]): Tensor => concat(tensors.map((tensor) => reshape(tensor, [-1])));

/** The first rows of an array that may hold more. */
const rowsOf = (values: Float32Array, rows: number, columns: number): Tensor =>
  tensor2d(values.subarray(0, rows * columns), [rows, columns]);

/** Remembers which examples have arrived, so that a step need not ask for each batch. */
class Arrivals {
  private readonly arrived: Uint8Array;

  constructor(private readonly task: Task) {
    this.arrived = new Uint8Array(task.count);
  }

  includes(examples: Uint32Array): boolean {
    return examples.every((example) => this.arrived[example] === 1);
  }

  async wait(examples: Uint32Array): Promise<void> {
    await this.task.ready(examples);
    for (const example of examples) this.arrived[example] = 1;
  }
}
