/** Trains several networks of one shape, one after the other within each step, on tfjs tensors and its autodiff. */
import { add, dispose, mul, stack, tensor1d, tensor2d, where, zerosLike, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { volume } from '../../models/model.ts';
import type { Planes } from '../../science/mask.ts';
import type { Metrics, Snapshot, Tensors } from '../../science/tensors.ts';
import type { Control, NetworkStart, Trainer, TrainerPlan } from '../../science/trainer.ts';
import { Arrivals } from '../arrivals.ts';
import type { Backend } from './backend.ts';
import { gatherInputs, gatherOneHot } from '../gather.ts';
import { pack, unpack } from './layout.ts';
import { scores } from './loss.ts';
import { Network, shapesOf, type Shapes } from './network.ts';
import { Objective, type Batch } from './objective.ts';
import { ruleOf, type Rule } from './optimizers.ts';

/** Steps after which losses are fetched even where nobody wants to breathe: it bounds what a GPU has queued. */
const STEPS_IN_FLIGHT = 200;

/** How far one call of `train` has come with a network. */
interface Progress {
  readonly network: Network;
  readonly end: number;
  /** Of steps whose losses are still on the device. */
  readonly pending: Scalar[];
  readonly losses: number[];
}

export class TfjsTrainer implements Trainer {
  private readonly shapes: Shapes;
  private readonly rule: Rule;
  private readonly objective: Objective;
  /** Normalised by its own statistics, a batch cannot be taken in parts. */
  private readonly normalises: boolean;
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
    this.objective = new Objective(plan.model, this.shapes);
    this.normalises = plan.model.layers.some(({ kind }) => kind === 'batch-norm');
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

  async train(until: readonly number[], control: Control): Promise<readonly (readonly number[])[]> {
    const all = until.map((end, index): Progress | null =>
      end === 0 ? null : { network: this.network(index), end, pending: [], losses: [] },
    );
    const awake = all.filter((progress) => progress !== null);
    try {
      for (let inFlight = 0; ; inFlight++) {
        const busy = awake.filter(({ network, end }) => network.position < end);
        if (busy.length === 0 || inFlight >= STEPS_IN_FLIGHT || control.due()) {
          for (const progress of awake) await this.fetchLosses(progress);
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
      for (const { pending } of awake) dispose(pending);
    }
    return all.map((progress) => progress?.losses ?? []);
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
      const { state } = this.network(network);
      // The last batch may be ragged: its spare rows are computed like the others and not counted.
      const logits = await this.fetch(() => this.objective.logits(state, rowsOf(inputs, size, pixels)));
      const labels = Array.from(batch, (example) => task.labels[example]);
      const batchScores = scores(logits, model.classes, labels, batch.length);
      correct += batchScores.correct;
      lossSum += batchScores.lossSum;
    }
    return { accuracy: correct / examples.length, loss: lossSum / examples.length };
  }

  async gradients(network: number, examples: Uint32Array): Promise<Tensors> {
    return this.overExamples(examples, (batch) => this.objective.gradient(this.network(network).state, batch));
  }

  async hessianVectorProduct(network: number, examples: Uint32Array, vector: Tensors): Promise<Tensors> {
    const packed = pack(this.shapes.parameters, vector);
    return this.overExamples(examples, (batch) =>
      this.objective.hessianVectorProduct(this.network(network).state, batch, tensor1d(packed)),
    );
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
    const { network } = progress;
    const { state, trainable } = network;
    const rate = network.rateAt(network.position);
    gatherInputs(task, examples, this.batchInputs);
    gatherOneHot(task, examples, this.batchClasses);
    const { loss, next } = this.backend.run(() => {
      const { loss, gradient, buffers } = this.objective.lesson(state, {
        inputs: rowsOf(this.batchInputs, examples.length, volume(model.input)),
        oneHot: rowsOf(this.batchClasses, examples.length, model.classes),
        count: examples.length,
      });
      const decayed = weightDecay === 0 ? gradient : add(gradient, mul(state.weights, weightDecay));
      // Before the moments see it. Chosen rather than multiplied: 0 × NaN is NaN.
      const masked = trainable === null ? decayed : where(trainable, decayed, zerosLike(decayed));
      const stepped = this.rule.step(state.weights, state.moments, masked, rate, network.steps + 1);
      return { loss, next: { ...stepped, buffers } };
    });
    network.advance(next);
    progress.pending.push(loss);
  }

  /** Those on the device come in one read. */
  private async fetchLosses({ pending, losses }: Progress): Promise<void> {
    if (pending.length === 0) return;
    losses.push(...(await this.fetch(() => stack(pending))));
    dispose(pending.splice(0));
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

  /** Adds up over the examples what `part` makes of a batch of them, one value a parameter. */
  private async overExamples(examples: Uint32Array, part: (batch: Batch) => Tensor): Promise<Tensors> {
    const { task, model } = this.plan;
    await task.ready(examples);
    const size = this.normalises ? examples.length : Math.min(this.evaluationBatch, examples.length);
    const inputs = new Float32Array(size * volume(model.input));
    const oneHot = new Float32Array(size * model.classes);
    const total = new Float64Array(this.shapes.parameters.size);
    for (let from = 0; from < examples.length; from += size) {
      const batch = examples.subarray(from, from + size);
      gatherInputs(task, batch, inputs);
      // Spare rows of the last batch belong to no class and so count for nothing.
      gatherOneHot(task, batch, oneHot);
      const values = await this.fetch(() =>
        part({
          inputs: rowsOf(inputs, size, volume(model.input)),
          oneHot: rowsOf(oneHot, size, model.classes),
          count: examples.length,
        }),
      );
      for (let index = 0; index < total.length; index++) total[index] += values[index];
    }
    return unpack(this.shapes.parameters, Float32Array.from(total));
  }
}

/** The first rows of an array that may hold more. */
const rowsOf = (values: Float32Array, rows: number, columns: number): Tensor =>
  tensor2d(values.subarray(0, rows * columns), [rows, columns]);
