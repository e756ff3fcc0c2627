/** A single network on many examples: how good it is, and its gradients. */
import { volume } from '../../models/model.ts';
import type { Metrics, Tensors } from '../../science/tensors.ts';
import type { Control } from '../../science/trainer.ts';
import type { Task } from '../../tasks/task.ts';
import type { Room } from './ledger.ts';
import type { Memory } from './memory.ts';
import { ordered, Pass, STEP_WORDS, type Dispatch } from './pass.ts';

/** Examples taken at once: many keep a graphics card busy, few let a pause be answered on a software adapter. */
const MOST_EXAMPLES = { software: 256, hardware: 1024 } as const;
const LEAST_EXAMPLES = 32;
/** Bytes that the values of one batch may take. */
const VALUE_BYTES = 1 << 26;
/** Batches given to the device before their results are waited for. */
const IN_FLIGHT = 8;

export class Measurement {
  readonly pass: Pass;
  /** Examples that are taken at once. */
  readonly batch: number;
  private readonly results: GPUBuffer;
  private readonly order: Uint32Array<ArrayBuffer>;
  private readonly step = new Uint32Array(STEP_WORDS);
  private forward: readonly Dispatch[] = [];
  private slopes: readonly Dispatch[] | null = null;

  constructor(
    private readonly memory: Memory,
    room: Room,
    private readonly task: Task,
    /** Examples that must fit into a batch. */
    least = LEAST_EXAMPLES,
  ) {
    const { gpu, placement } = memory;
    const places = [placement.input, ...placement.steps.map(({ output }) => output)];
    const features = places.reduce((sum, { shape }) => sum + volume(shape), 0);
    const most = gpu.traits.isSoftware ? MOST_EXAMPLES.software : MOST_EXAMPLES.hardware;
    const fitting = Math.min(most, task.count, VALUE_BYTES / (12 * features));
    const needed = Math.ceil(least / LEAST_EXAMPLES) * LEAST_EXAMPLES;
    this.batch = Math.max(needed, Math.floor(fitting / LEAST_EXAMPLES) * LEAST_EXAMPLES);
    this.pass = new Pass(memory, room, { slots: 1, batch: this.batch, steps: 1, blocks: 'networks', wantsAll: true });
    this.order = new Uint32Array(this.batch);
    this.results = room.keep('scores', 8 * IN_FLIGHT, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  }

  /** Compiles what measuring takes; what gradients take as well is compiled when they are first asked for. */
  async prepare(): Promise<void> {
    this.forward = await this.pass.forward('running');
  }

  async metrics(network: number, examples: Uint32Array, control: Control): Promise<Metrics> {
    const { gpu } = this.memory;
    const isWanted = this.wantedFor(network);
    let right = 0;
    let lossSum = 0;
    for (let from = 0; from < examples.length;) {
      if (control.due()) await control.breathe();
      gpu.check();
      let inFlight = 0;
      for (; inFlight < IN_FLIGHT && from < examples.length; inFlight++, from += this.batch) {
        this.load(examples.subarray(from, from + this.batch), 1);
        const encoder = this.encode(network, this.forward, isWanted);
        encoder.copyBufferToBuffer(this.pass.results, 0, this.results, 8 * inFlight, 8);
        gpu.device.queue.submit([encoder.finish()]);
      }
      const results = new Float32Array(await gpu.mapped(this.results, 8 * inFlight));
      for (let index = 0; index < inFlight; index++) {
        lossSum += results[2 * index];
        right += results[2 * index + 1];
      }
    }
    return { accuracy: right / examples.length, loss: lossSum / examples.length };
  }

  async gradients(network: number, examples: Uint32Array): Promise<Tensors> {
    const { gpu, gradient, layout } = this.memory;
    this.slopes ??= [...(await this.pass.forward('batch')), ...(await this.pass.backward({ kind: 'gradients' }))];
    const isWanted = this.wantedFor(network);
    const clearing = gpu.device.createCommandEncoder();
    clearing.clearBuffer(gradient);
    gpu.device.queue.submit([clearing.finish()]);
    for (let from = 0; from < examples.length; from += this.batch) {
      this.load(examples.subarray(from, from + this.batch), 1 / examples.length);
      gpu.device.queue.submit([this.encode(network, this.slopes, isWanted).finish()]);
    }
    return layout.unpack(new Float32Array(await gpu.read(gradient, 0, 4 * layout.size)));
  }

  /** Every kernel is given: those of another kind of layer than the network's leave at once. */
  private wantedFor(network: number): (dispatch: Dispatch) => boolean {
    return ({ only }) => only === null || this.memory.isListed(network, only.matrix) === only.listed;
  }

  private load(examples: Uint32Array, scale: number): void {
    const { queue } = this.memory.gpu.device;
    this.memory.examples.bring(examples);
    for (let b = 0; b < this.batch; b++) {
      const example = b < examples.length ? examples[b] : examples[0];
      this.order[b] = ordered(example, this.task.labels[example]);
    }
    this.step[0] = examples.length;
    new Float32Array(this.step.buffer)[3] = scale;
    queue.writeBuffer(this.pass.order, 0, this.order);
    queue.writeBuffer(this.pass.steps, 0, this.step);
  }

  private encode(network: number, dispatches: readonly Dispatch[], isWanted: (dispatch: Dispatch) => boolean): GPUCommandEncoder {
    const encoder = this.memory.gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    this.pass.encode(pass, dispatches, network, isWanted);
    pass.end();
    return encoder;
  }
}
