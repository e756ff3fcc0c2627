/**
 * A pass over a batch for several networks at once: the buffers it works in and the dispatches that make it up, in order.
 * A trainer has two: one for training, all networks side by side, and one for measuring, a single network on many examples.
 */
import { volume } from '../../models/model.ts';
import type { Place } from '../places.ts';
import type { Program } from './gpu.ts';
import { AT_BYTES, type Kernel } from './kernel.ts';
import type { Goal } from './kernels/matrix.ts';
import type { Statistics } from './kernels/normalisation.ts';
import { gatherExamples, LABEL_BITS, lossOf } from './kernels/pass.ts';
import type { Scene } from './kernels/values.ts';
import type { Room } from './ledger.ts';
import { roomForValues, type Memory, type Values } from './memory.ts';
import { operationOf, written, type Context, type Operation, type Work } from './operations.ts';

/** One kernel, compiled, with its buffers. */
export interface Dispatch {
  readonly program: Program;
  readonly group: GPUBindGroup;
  readonly groups: readonly [number, number];
  readonly only: Work['only'];
}

export interface PassOptions {
  readonly slots: number;
  readonly batch: number;
  readonly steps: number;
  /** Whether blocks of `at` tell steps apart, or, where there is one slot and step, networks. */
  readonly blocks: 'steps' | 'networks';
  /** Whether gradients are wanted of weights that no list has. */
  readonly wantsAll: boolean;
}

export const STEP_WORDS = 4;

export class Pass implements Context {
  readonly scene: Scene;
  readonly order: GPUBuffer;
  readonly steps: GPUBuffer;
  readonly results: GPUBuffer;
  /** Blocks of `At`. */
  readonly at: GPUBuffer;
  private readonly values: ReadonlyMap<Place, Values>;
  private readonly operations: readonly Operation[];
  private readonly offsets = new Uint32Array(1);

  constructor(
    readonly memory: Memory,
    room: Room,
    { slots, batch, steps, blocks, wantsAll }: PassOptions,
  ) {
    const { matrices, gpu, layout, networks, placement } = memory;
    this.scene = { slots, batch, steps, networks, parameters: layout.size, matrices: matrices.length };
    this.order = room.words('order', steps * slots * batch);
    this.steps = room.words('steps', STEP_WORDS * steps * slots);
    this.results = room.words('results', 2 * steps * slots);
    const count = blocks === 'steps' ? steps : networks;
    this.at = room.keep('at', AT_BYTES * count, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    const words = new Uint32Array((AT_BYTES / 4) * count);
    for (let block = 0; block < count; block++) words[(AT_BYTES / 4) * block + (blocks === 'steps' ? 0 : 1)] = block;
    gpu.device.queue.writeBuffer(this.at, 0, words);
    this.values = roomForValues(memory, room, this.scene, wantsAll);
    this.operations = placement.steps.map((step) => operationOf(this, room, step));
  }

  readonly valuesOf = (place: Place): Values => {
    const values = this.values.get(place);
    if (values === undefined) throw new Error('a place without values');
    return values;
  };

  /** Puts the examples in place and works out the logits and their loss. */
  forward(statistics: Statistics): Promise<readonly Dispatch[]> {
    const { placement, examples, modes } = this.memory;
    const { input, logits } = placement;
    const { output, buffers } = written(this, input);
    const inputs = [examples.inputs, ...(examples.table === null ? [] : [examples.table])];
    const gather = gatherExamples(this.scene, output, examples.source);
    const last = this.valuesOf(logits);
    if (last.gradient === null) throw new Error('logits without a gradient');
    const classes = volume(logits.shape);
    const loss = lossOf(this.scene, classes, { features: classes, activation: logits.activation, accumulate: false });
    return this.prepared([
      { kernel: gather, buffers: [this.steps, this.order, modes, ...inputs, ...buffers], only: null },
      ...this.operations.flatMap((operation) => operation.forward(statistics)),
      { kernel: loss, buffers: [this.steps, this.order, last.value, last.gradient, this.results], only: null },
    ]);
  }

  /** From the logits' gradient back to the weights, which move or have their gradients added up. */
  backward(goal: Goal): Promise<readonly Dispatch[]> {
    return this.prepared([...this.operations].reverse().flatMap((operation) => operation.backward(goal)));
  }

  /** Encodes dispatches for the step, or network, of a block of `at`; `isWanted` leaves out those without a network. */
  encode(pass: GPUComputePassEncoder, dispatches: readonly Dispatch[], block: number, isWanted: (dispatch: Dispatch) => boolean): void {
    this.offsets[0] = AT_BYTES * block;
    for (const dispatch of dispatches) {
      if (!isWanted(dispatch)) continue;
      pass.setPipeline(dispatch.program.pipeline);
      pass.setBindGroup(0, dispatch.group, this.offsets, 0, 1);
      pass.dispatchWorkgroups(dispatch.groups[0], dispatch.groups[1], this.scene.slots);
    }
  }

  private prepared(works: readonly Work[]): Promise<readonly Dispatch[]> {
    const { gpu } = this.memory;
    return Promise.all(
      works.map(async ({ kernel, buffers, only }): Promise<Dispatch> => {
        const program = await gpu.program(kernel);
        return { program, group: bind(gpu.device, program, kernel, this.at, buffers), groups: kernel.groups, only };
      }),
    );
  }
}

export function bind(
  device: GPUDevice,
  { layout }: Program,
  { label, bindings }: Kernel,
  at: GPUBuffer,
  buffers: readonly GPUBuffer[],
): GPUBindGroup {
  if (buffers.length !== bindings.length) throw new Error(`${label}: ${bindings.length} buffers, not ${buffers.length}`);
  return device.createBindGroup({
    label,
    layout,
    entries: [
      { binding: 0, resource: { buffer: at, size: 8 } },
      ...buffers.map((buffer, index): GPUBindGroupEntry => ({ binding: index + 1, resource: { buffer } })),
    ],
  });
}

/** An entry of `order`. */
export const ordered = (example: number, label: number): number => ((example << LABEL_BITS) | label) >>> 0;
