/** Trains several networks of one shape at once on the device: one dispatch a kernel for all of them, many steps a submit. */
import { pow } from '../../numerics/elementary.ts';
import type { Planes } from '../../science/mask.ts';
import type { Metrics, Snapshot, Tensors } from '../../science/tensors.ts';
import type { Control, NetworkStart, Trainer, TrainerPlan } from '../../science/trainer.ts';
import type { Batches } from '../../tasks/task.ts';
import { Arrivals } from '../arrivals.ts';
import { placed } from '../places.ts';
import { Chunks, type Lesson } from './chunk.ts';
import { Examples } from './examples.ts';
import type { Gpu } from './gpu.ts';
import { LISTED } from './kernels/modes.ts';
import { momentsOf } from './kernels/optimizer.ts';
import { Layout } from './layout.ts';
import { Room } from './ledger.ts';
import { Measurement } from './measurement.ts';
import { bitsOf, maskOf } from './lists.ts';
import { Masker } from './masker.ts';
import { matricesOf } from './matrices.ts';
import type { Memory } from './memory.ts';
import { Numbers } from './numbers.ts';
import { Pass, type Dispatch } from './pass.ts';

/** Most steps of one submit, and most entries of their batches together. */
const STEPS = 128;
const ORDER_ENTRIES = 1 << 20;

/** Batches are padded to a multiple of this. */
const BATCH_UNIT = 16;

/** What the trainer itself knows of a network; the rest is on the device. */
interface Network {
  readonly batches: Batches;
  readonly rateAt: (position: number) => number;
  position: number;
  /** Optimiser steps since the start. */
  steps: number;
  /** How each matrix is worked on. */
  modes: readonly number[];
}

interface Parts {
  readonly all: (Network | null)[];
  readonly memory: Memory;
  readonly room: Room;
  readonly present: GPUBuffer;
  readonly pass: Pass;
  readonly measurement: Measurement;
  readonly masker: Masker;
  readonly training: readonly Dispatch[];
}

export class WebgpuTrainer implements Trainer {
  private readonly all: (Network | null)[];
  private readonly arrivals: Arrivals;
  private readonly chunks: Chunks;
  private readonly numbers: Numbers;
  private isDisposed = false;

  private constructor(
    private readonly gpu: Gpu,
    private readonly plan: TrainerPlan,
    private readonly parts: Parts,
    private readonly disposed: (trainer: WebgpuTrainer) => void,
  ) {
    this.all = parts.all;
    this.arrivals = new Arrivals(plan.task);
    this.numbers = new Numbers(parts.memory, momentsOf[plan.optimizer.type]);
    this.chunks = new Chunks(gpu, parts.room, parts.pass, plan.task.labels);
  }

  /** Rejects with a `LabError` where the device has no room for it. */
  static async open(gpu: Gpu, plan: TrainerPlan, disposed: (trainer: WebgpuTrainer) => void): Promise<WebgpuTrainer> {
    const { model, networks, optimizer, task, batchSize, weightDecay } = plan;
    const room = new Room(gpu.ledger);
    try {
      const all = Array.from({ length: networks }, (): Network | null => null);
      const layout = new Layout(model.parameters);
      const buffers = new Layout(model.buffers);
      const matrices = matricesOf(model, gpu.listedUpTo);
      const moments = momentsOf[optimizer.type].length;
      const batch = Math.ceil(batchSize / BATCH_UNIT) * BATCH_UNIT;
      const steps = Math.max(1, Math.min(STEPS, Math.floor(ORDER_ENTRIES / (networks * batch))));
      const made = await gpu.withRoom(() => {
        const memory: Memory = {
          ...{ gpu, placement: placed(model), layout, buffers, matrices, networks, examples: new Examples(gpu.device, room, task) },
          parameters: room.words('parameters', networks * layout.size),
          moments: moments === 0 ? null : room.words('moments', moments * networks * layout.size),
          trainable: room.words('trainable', networks * layout.words),
          modes: room.words('modes', networks * matrices.length),
          lists: matrices.map(({ layer, lists }) => room.words(`lists ${layer.name}`, networks * lists.size)),
          gradient: room.words('gradient', layout.size),
          running: room.words('running statistics', networks * buffers.size),
          isListed: (network, matrix) => all[network]?.modes[matrix] === LISTED,
        };
        const present = room.words('present', networks * layout.words);
        const pass = new Pass(memory, room, { slots: networks, batch, steps, blocks: 'steps', wantsAll: false });
        return { memory, present, pass, measurement: new Measurement(memory, room, task) };
      });
      const [forward, update, masker] = await Promise.all([
        made.pass.forward('followed'),
        made.pass.backward({ kind: 'update', optimizer, weightDecay }),
        Masker.open(made.memory, made.present, moments, made.measurement.pass.at),
        made.measurement.prepare(),
      ]);
      gpu.check();
      return new WebgpuTrainer(gpu, plan, { ...made, all, room, masker, training: [...forward, ...update] }, disposed);
    } catch (error) {
      room.dispose();
      throw error;
    }
  }

  get networks(): number {
    return this.plan.networks;
  }

  start(network: number, { snapshot, planes, batches, rateAt, position }: NetworkStart): void {
    this.all[network] = { batches, rateAt, position, steps: 0, modes: [] };
    this.numbers.write(network, snapshot);
    this.numbers.clearOptimizer(network);
    this.setPlanes(network, planes);
  }

  async train(until: readonly number[], control: Control): Promise<readonly (readonly number[])[]> {
    this.gpu.check();
    const losses = until.map((): number[] => []);
    const networks = until.map((_, index) => this.all[index]);
    until.forEach((end, index) => {
      if (networks[index] === null && end > 0) throw new Error(`network ${index} was not started`);
    });
    const isBusy = (network: Network | null, index: number): network is Network => network !== null && network.position < until[index];
    const busy = networks.filter(isBusy);
    const isWanted = ({ only }: Dispatch): boolean =>
      only === null || busy.some(({ modes }) => (modes[only.matrix] === LISTED) === only.listed);
    const give = (): Promise<void> =>
      this.chunks.give(this.parts.training, isWanted, (slot, lossSum, examples) => {
        losses[slot].push(lossSum / examples);
      });
    try {
      while (networks.some(isBusy)) {
        if (control.due()) {
          await give();
          await control.breathe();
        }
        const lessons: (Lesson | null)[] = [];
        for (const [index, network] of networks.entries()) {
          if (!isBusy(network, index)) {
            lessons.push(null);
            continue;
          }
          const batch = network.batches.at(network.position);
          if (!this.arrivals.includes(batch)) await this.arrivals.wait(batch);
          lessons.push(this.lesson(network, batch));
        }
        this.chunks.add(lessons);
        networks.forEach((network, index) => {
          if (!isBusy(network, index)) return;
          network.position++;
          network.steps++;
        });
        if (this.chunks.isFull) await give();
      }
    } finally {
      // Steps that were made ready count as done, whatever stopped the others.
      await give();
      await this.chunks.settle();
    }
    return losses;
  }

  async metrics(network: number, examples: Uint32Array, control: Control): Promise<Metrics> {
    await this.plan.task.ready(examples);
    this.network(network);
    return this.parts.measurement.metrics(network, examples, control);
  }

  async gradients(network: number, examples: Uint32Array): Promise<Tensors> {
    await this.plan.task.ready(examples);
    this.network(network);
    const { measurement } = this.parts;
    // Normalised by its own statistics, a batch cannot be taken in parts.
    const normalises = this.plan.model.layers.some(({ kind }) => kind === 'batch-norm');
    if (normalises && examples.length > measurement.batch) return this.gradientsOfOneBatch(network, examples);
    return measurement.gradients(network, examples);
  }

  async hessianVectorProduct(network: number, examples: Uint32Array, vector: Tensors): Promise<Tensors> {
    const { model, task } = this.plan;
    await task.ready(examples);
    // Few recipes ask for curvature.
    const { hessianVectorProduct } = await import('../double/hessian.ts');
    return hessianVectorProduct(model, task, (await this.read(network)).parameters, examples, vector);
  }

  async read(network: number): Promise<Snapshot> {
    this.network(network);
    return this.numbers.read(network);
  }

  write(network: number, snapshot: Snapshot): void {
    this.network(network);
    this.numbers.write(network, snapshot);
    this.parts.masker.apply(network);
  }

  async readOptimizer(network: number): Promise<Tensors> {
    this.network(network);
    return this.numbers.readOptimizer(network);
  }

  writeOptimizer(network: number, state: Tensors): void {
    this.network(network);
    this.numbers.writeOptimizer(network, state);
    this.parts.masker.apply(network);
  }

  setPlanes(network: number, planes: Planes): void {
    const one = this.network(network);
    const { memory, present, masker } = this.parts;
    const { layout, matrices, trainable, modes, lists } = memory;
    const { queue } = this.gpu.device;
    queue.writeBuffer(present, 4 * network * layout.words, bitsOf(layout, planes, 'present'));
    queue.writeBuffer(trainable, 4 * network * layout.words, bitsOf(layout, planes, 'trainable'));
    const masks = matrices.map((matrix) => maskOf(matrix, planes[matrix.layer.weight]));
    one.modes = masks.map(({ mode }) => mode);
    masks.forEach(({ mode, lists: words }, index) => {
      queue.writeBuffer(modes, 4 * (index * this.networks + network), Uint32Array.of(mode));
      if (words !== null) queue.writeBuffer(lists[index], 4 * network * matrices[index].lists.size, words);
    });
    masker.apply(network);
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.all.fill(null);
    this.parts.room.dispose();
    this.disposed(this);
  }

  private network(index: number): Network {
    this.gpu.check();
    const network = this.all[index];
    if (network === null) throw new Error(`network ${index} was not started`);
    return network;
  }

  /** What a network's next step is made of, its examples on the device. */
  private lesson({ position, steps, rateAt }: Network, examples: Uint32Array): Lesson {
    this.parts.memory.examples.bring(examples);
    const { optimizer } = this.plan;
    const rate = rateAt(position);
    // The caller may use its array again.
    const lesson = { examples: examples.slice(), scale: 1 / examples.length };
    if (optimizer.type !== 'adam') return { ...lesson, rate, correction: 1 };
    return {
      ...lesson,
      rate: rate / (1 - pow(optimizer.beta1, steps + 1)),
      correction: 1 / Math.sqrt(1 - pow(optimizer.beta2, steps + 1)),
    };
  }

  /** More examples than are measured at once, in a room that goes with them. */
  private async gradientsOfOneBatch(network: number, examples: Uint32Array): Promise<Tensors> {
    const { gpu, parts } = this;
    const room = new Room(gpu.ledger);
    try {
      const wide = await gpu.withRoom(() => new Measurement(parts.memory, room, this.plan.task, examples.length));
      return await wide.gradients(network, examples);
    } finally {
      room.dispose();
    }
  }
}
