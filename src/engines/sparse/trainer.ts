/** Trains several networks of one shape, one after the other, on the kernels. */
import type { Planes } from '../../science/mask.ts';
import type { Metrics, Snapshot, Tensors } from '../../science/tensors.ts';
import type { Control, NetworkStart, Trainer, TrainerPlan } from '../../science/trainer.ts';
import { Arrivals } from '../arrivals.ts';
import { Examples } from './examples.ts';
import type { Images } from './for-images.ts';
import { gatherOf } from './gather.ts';
import { buildGraph } from './graph.ts';
import type { Heaps } from './heap.ts';
import { Network, type Common } from './network.ts';
import type { Statistics } from './operation.ts';
import { momentsOf, moverOf, type Mover } from './optimizer.ts';
import { paddedBatch } from './slots.ts';

/** What trainers work with; `images` where they need it (`needsImages`), and then their memories have its kernels, too. */
export interface Workshop {
  readonly heaps: Heaps;
  readonly images: Images | null;
}

export class SparseTrainer implements Trainer {
  private readonly common: Common;
  private readonly all: (Network | null)[];
  private readonly move: Mover;
  private readonly padded: number;
  private readonly probabilities: number;
  private readonly arrivals: Arrivals;
  /** Normalised by its own statistics, a batch cannot be taken in parts. */
  private readonly normalises: boolean;
  private isDisposed = false;

  constructor(
    private readonly workshop: Workshop,
    private readonly plan: TrainerPlan,
    private readonly heap = workshop.heaps.take(),
  ) {
    const { model, task, optimizer } = plan;
    this.padded = paddedBatch(plan.batchSize);
    const { images } = workshop;
    const graph = buildGraph(heap, model, 4 * this.padded, task, images);
    const examples = new Examples(heap, task, graph.input, this.padded, gatherOf(heap, task, graph.input, images));
    this.common = { heap, model, graph, examples, moments: momentsOf[optimizer.type] };
    this.probabilities = heap.allocate(4 * this.padded * model.classes);
    this.move = moverOf(heap.kernels, optimizer, plan.weightDecay);
    this.all = Array.from({ length: plan.networks }, () => null);
    this.arrivals = new Arrivals(task);
    this.normalises = model.layers.some(({ kind }) => kind === 'batch-norm');
  }

  get networks(): number {
    return this.plan.networks;
  }

  start(network: number, start: NetworkStart): void {
    this.all[network]?.free();
    this.all[network] = null;
    this.all[network] = new Network(this.common, start);
  }

  async train(until: readonly number[], control: Control): Promise<readonly (readonly number[])[]> {
    const losses: (readonly number[])[] = [];
    // One network at a time: its weights stay in the processor's cache.
    for (const [index, end] of until.entries()) losses.push(end === 0 ? [] : await this.trainOne(this.network(index), end, control));
    return losses;
  }

  private async trainOne(network: Network, end: number, control: Control): Promise<readonly number[]> {
    const losses: number[] = [];
    while (network.position < end) {
      if (control.due()) await control.breathe();
      const examples = network.batches.at(network.position);
      if (!this.arrivals.includes(examples)) await this.arrivals.wait(examples);
      losses.push(this.step(network, examples));
    }
    return losses;
  }

  async metrics(network: number, examples: Uint32Array, control: Control): Promise<Metrics> {
    await this.plan.task.ready(examples);
    const which = this.network(network);
    const { graph, model, examples: loaded } = this.common;
    let correct = 0;
    let lossSum = 0;
    for (let from = 0; from < examples.length; from += this.padded) {
      if (control.due()) await control.breathe();
      const batch = examples.subarray(from, from + this.padded);
      loaded.load(batch, which.features);
      this.forward(which, batch.length, 'running');
      lossSum += this.loss(batch.length, 0, 1);
      correct += this.heap.kernels.countCorrect(model.classes, graph.logits.value, loaded.labels, batch.length, graph.logits.stride);
    }
    return { accuracy: correct / examples.length, loss: lossSum / examples.length };
  }

  async gradients(network: number, examples: Uint32Array): Promise<Tensors> {
    await this.plan.task.ready(examples);
    const { model, graph, examples: loaded } = this.common;
    const which = this.network(network);
    if (this.normalises && examples.length > this.padded) return this.gradientsOfOneBatch(which, examples);
    const totals = new Map(model.parameters.map(({ name, size }) => [name, new Float64Array(size)]));
    for (let from = 0; from < examples.length; from += this.padded) {
      const batch = examples.subarray(from, from + this.padded);
      // Absent weights have gradients too, by features that no kept weight reads.
      loaded.load(batch, loaded.whole);
      this.forward(which, batch.length, 'batch');
      this.loss(batch.length, graph.logits.gradient, 1 / examples.length);
      this.backward(which, batch.length);
      for (const [name, total] of totals) which.addGradient(name, total);
    }
    return Object.fromEntries([...totals].map(([name, total]) => [name, Float32Array.from(total)]));
  }

  async hessianVectorProduct(network: number, examples: Uint32Array, vector: Tensors): Promise<Tensors> {
    const { model, task } = this.plan;
    await task.ready(examples);
    // Few recipes ask for curvature.
    const { hessianVectorProduct } = await import('../double/hessian.ts');
    return hessianVectorProduct(model, task, this.network(network).read().parameters, examples, vector);
  }

  read(network: number): Promise<Snapshot> {
    return Promise.resolve(this.network(network).read());
  }

  write(network: number, snapshot: Snapshot): void {
    this.network(network).write(snapshot);
  }

  readOptimizer(network: number): Promise<Tensors> {
    return Promise.resolve(this.network(network).readOptimizer());
  }

  writeOptimizer(network: number, state: Tensors): void {
    this.network(network).writeOptimizer(state);
  }

  setPlanes(network: number, planes: Planes): void {
    this.network(network).setPlanes(planes);
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.all.fill(null);
    this.workshop.heaps.giveBack(this.heap);
  }

  private network(index: number): Network {
    const network = this.all[index];
    if (network === null) throw new Error(`network ${index} was not started`);
    return network;
  }

  /** More examples than a batch holds, taken as one: by a trainer with room for them, in a memory that goes with it. */
  private async gradientsOfOneBatch(network: Network, examples: Uint32Array): Promise<Tensors> {
    const { batches, rateAt, position } = network;
    const wide = new SparseTrainer(this.workshop, { ...this.plan, batchSize: examples.length, networks: 1 }, this.workshop.heaps.another());
    // Absent weights are zeros there: the gradients by all are asked for anyway.
    wide.start(0, { snapshot: network.read(), planes: {}, batches, rateAt, position });
    return wide.gradients(0, examples);
  }

  /** One training step; returns the batch's mean loss before it. */
  private step(network: Network, batch: Uint32Array): number {
    const { graph, examples } = this.common;
    const count = batch.length;
    examples.load(batch, network.features);
    this.forward(network, count, 'followed');
    const loss = this.loss(count, graph.logits.gradient, 1 / count);
    this.backward(network, count);
    const rate = network.rateAt(network.position);
    network.steps++;
    network.position++;
    for (const store of network.stores.values()) {
      this.move(store, network.steps, rate);
      store.moved();
    }
    return loss / count;
  }

  private forward(network: Network, count: number, statistics: Statistics): void {
    for (const operation of this.common.graph.operations) operation.forward(network, count, statistics);
  }

  private backward(network: Network, count: number): void {
    const { operations } = this.common.graph;
    for (let index = operations.length - 1; index >= 0; index--) operations[index].backward(network, count);
  }

  /** Sum of the losses of the first `count` examples; writes their gradients times `scale` where `gradient` is not 0. */
  private loss(count: number, gradient: number, scale: number): number {
    const { graph, model, examples } = this.common;
    const { value, stride } = graph.logits;
    return this.heap.kernels.crossEntropy(model.classes, value, examples.labels, count, stride, this.probabilities, gradient, scale);
  }
}
