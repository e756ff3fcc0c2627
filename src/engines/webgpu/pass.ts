/**
 * A pass over a batch for several networks at once: the buffers it works in and the dispatches that make it up, in order.
 * A trainer has two: one for training, all networks side by side, and one for measuring, a single network on many examples.
 */
import type { Optimizer } from '../../science/recipe/schema.ts';
import type { Examples } from './examples.ts';
import type { Gpu, Program } from './gpu.ts';
import { AT_BYTES, type Kernel } from './kernel.ts';
import {
  forwardDense,
  gradientDense,
  inputGradientDense,
  LISTED,
  updateDense,
  type Activated,
  type DenseShape,
  type ShapedKernel,
} from './kernels/dense.ts';
import { forwardListed, inputGradientListed, updateListed, type ListLayout } from './kernels/listed.ts';
import { gatherExamples, LABEL_BITS, lossOf, type PassShape } from './kernels/pass.ts';
import type { DenseLayer, Layout } from './layout.ts';
import type { Room } from './ledger.ts';

/** A layer with weights, as a chain of them makes up a perceptron. */
export interface Link {
  readonly layer: DenseLayer;
  readonly activation: Activated;
  readonly lists: ListLayout;
}

/** What all passes of a trainer share. */
export interface Memory {
  readonly gpu: Gpu;
  readonly layout: Layout;
  readonly links: readonly Link[];
  readonly examples: Examples;
  readonly networks: number;
  readonly parameters: GPUBuffer;
  readonly moments: GPUBuffer | null;
  readonly trainable: GPUBuffer;
  readonly modes: GPUBuffer;
  /** One a link. */
  readonly lists: readonly GPUBuffer[];
  readonly gradient: GPUBuffer;
  /** Whether a network's weights of a link are worked on by lists. */
  isListed(network: number, link: number): boolean;
}

/** One kernel with its buffers. */
export interface Dispatch {
  readonly program: Program;
  readonly group: GPUBindGroup;
  readonly groups: readonly [number, number];
  /** The link whose lists it goes by, and whether it is for networks that have lists there; null: for all. */
  readonly only: { readonly link: number; readonly listed: boolean } | null;
}

/** Activations of one place in the chain: values [feature][batch] with a row of ones behind them, turned, and their gradient. */
interface Values {
  readonly value: GPUBuffer;
  readonly turned: GPUBuffer;
  readonly gradient: GPUBuffer;
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

export class Pass {
  readonly shape: PassShape;
  readonly order: GPUBuffer;
  readonly steps: GPUBuffer;
  readonly results: GPUBuffer;
  /** Blocks of `At`. */
  readonly at: GPUBuffer;
  private readonly values: readonly Values[];
  private readonly offsets = new Uint32Array(1);

  constructor(
    private readonly memory: Memory,
    room: Room,
    private readonly options: PassOptions,
  ) {
    const { links, gpu } = memory;
    const classes = links[links.length - 1].layer.units;
    this.shape = { ...options, classes, features: links[0].layer.inputs };
    const { slots, batch, steps } = options;
    this.order = room.words('order', steps * slots * batch);
    this.steps = room.words('steps', STEP_WORDS * steps * slots);
    this.results = room.words('results', 2 * steps * slots);
    const blocks = options.blocks === 'steps' ? steps : memory.networks;
    this.at = room.keep('at', AT_BYTES * blocks, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    const words = new Uint32Array((AT_BYTES / 4) * blocks);
    for (let block = 0; block < blocks; block++) words[(AT_BYTES / 4) * block + (options.blocks === 'steps' ? 0 : 1)] = block;
    gpu.device.queue.writeBuffer(this.at, 0, words);
    const sizes = [links[0].layer.inputs, ...links.map(({ layer }) => layer.units)];
    this.values = sizes.map((features, place) => {
      const value = room.words(`values ${place}`, slots * (features + 1) * batch);
      const ones = new Float32Array(batch).fill(1);
      for (let slot = 0; slot < slots; slot++) gpu.device.queue.writeBuffer(value, 4 * (slot * (features + 1) + features) * batch, ones);
      const turned = room.words(`turned ${place}`, slots * features * batch);
      return { value, turned, gradient: room.words(`gradient ${place}`, place === 0 ? 1 : slots * features * batch) };
    });
  }

  /** Puts the examples in place and works out the logits and their loss. */
  async forward(): Promise<readonly Dispatch[]> {
    const { links, examples, parameters, modes, lists, networks } = this.memory;
    const { traits } = this.memory.gpu;
    const [first] = this.values;
    const inputs = [examples.inputs, ...(examples.table === null ? [] : [examples.table])];
    const turning = { isTurned: this.isTurned(0), modes: links.length * networks };
    const gather = this.dispatch(gatherExamples(this.shape, examples.source, turning), [
      ...[this.steps, this.order, modes, ...inputs, first.value, first.turned],
    ]);
    const layers = links.flatMap((link, index) => {
      const shape = this.shapeOf(index);
      const [from, to] = [this.values[index], this.values[index + 1]];
      return [
        this.dispatch(forwardDense(shape, traits), [this.steps, modes, parameters, from.value, to.value, to.turned], index, false),
        this.dispatch(
          forwardListed(shape, link.lists, traits),
          [this.steps, modes, parameters, lists[index], from.value, to.value, to.turned],
          index,
          true,
        ),
      ];
    });
    const last = this.values[links.length];
    const loss = this.dispatch(lossOf(this.shape), [this.steps, this.order, last.value, last.gradient, this.results]);
    return Promise.all([gather, ...layers, loss]);
  }

  /** Backward from the logits' gradient; `weights` takes that by a layer's weights before they are of no more use. */
  private async backward(weights: (index: number) => readonly Promise<Dispatch>[]): Promise<readonly Dispatch[]> {
    const { links, parameters, modes, lists, gpu } = this.memory;
    const dispatches: Promise<Dispatch>[] = [];
    for (let index = links.length - 1; index >= 0; index--) {
      const shape = this.shapeOf(index);
      const [from, to] = [this.values[index], this.values[index + 1]];
      // Before the weights move.
      if (index > 0) {
        const buffers = [from.value, to.gradient, from.gradient];
        dispatches.push(
          this.dispatch(inputGradientDense(shape, gpu.traits), [this.steps, modes, parameters, ...buffers], index, false),
          this.dispatch(
            inputGradientListed(shape, links[index].lists, gpu.traits),
            [this.steps, modes, parameters, lists[index], ...buffers],
            index,
            true,
          ),
        );
      }
      dispatches.push(...weights(index));
    }
    return Promise.all(dispatches);
  }

  /** Backward and one step of the optimiser. */
  update(optimizer: Optimizer, weightDecay: number): Promise<readonly Dispatch[]> {
    const { links, parameters, modes, lists, moments, trainable, gpu } = this.memory;
    const moving = moments === null ? [parameters] : [parameters, moments];
    return this.backward((index) => {
      const shape = this.shapeOf(index);
      const { gradient } = this.values[index + 1];
      const { value, turned } = this.values[index];
      const dense = updateDense(shape, optimizer, weightDecay, gpu.traits);
      const listed = updateListed(shape, links[index].lists, optimizer, weightDecay, gpu.traits);
      return [
        this.dispatch(dense, [this.steps, modes, ...moving, trainable, gradient, turned], index, false),
        this.dispatch(listed, [this.steps, modes, ...moving, lists[index], gradient, value], index, true),
      ];
    });
  }

  /** Backward, adding the gradient by all weights to the memory's. */
  gradients(): Promise<readonly Dispatch[]> {
    const { gradient: total, gpu } = this.memory;
    return this.backward((index) => [
      this.dispatch(gradientDense(this.shapeOf(index), gpu.traits), [
        this.steps,
        this.values[index + 1].gradient,
        this.values[index].turned,
        total,
      ]),
    ]);
  }

  /** Encodes dispatches for the step, or network, of a block of `at`; `isWanted` leaves out those without a network. */
  encode(pass: GPUComputePassEncoder, dispatches: readonly Dispatch[], block: number, isWanted: (dispatch: Dispatch) => boolean): void {
    this.offsets[0] = AT_BYTES * block;
    for (const dispatch of dispatches) {
      if (!isWanted(dispatch)) continue;
      pass.setPipeline(dispatch.program.pipeline);
      pass.setBindGroup(0, dispatch.group, this.offsets, 0, 1);
      pass.dispatchWorkgroups(dispatch.groups[0], dispatch.groups[1], this.shape.slots);
    }
  }

  /** Whether a product over all weights of a link reads its input [batch][feature], as a condition in WGSL. */
  private isTurned(index: number): string {
    const { links, networks } = this.memory;
    if (index === links.length) return 'false';
    return this.options.wantsAll ? 'true' : `modes[${index * networks}u + at.network + slot] != ${LISTED}u`;
  }

  private shapeOf(index: number): DenseShape {
    const { links, layout, networks } = this.memory;
    const { layer, activation } = links[index];
    const { batch, slots, steps } = this.shape;
    return {
      ...{ inputs: layer.inputs, units: layer.units, batch, slots, networks, steps, index, layers: links.length },
      ...{ parameters: layout.size, weight: layout.offsetOf(layer.weight), bias: layout.offsetOf(layer.bias) },
      ...{ activation, inputActivation: index === 0 ? 'none' : links[index - 1].activation, isTurned: this.isTurned(index + 1) },
    };
  }

  private async dispatch(kernel: ShapedKernel, buffers: readonly GPUBuffer[], link = -1, listed = false): Promise<Dispatch> {
    const { gpu } = this.memory;
    const program = await gpu.program(kernel);
    const group = bind(gpu.device, program, kernel, this.at, buffers);
    return { program, group, groups: kernel.groups, only: link < 0 ? null : { link, listed } };
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
