/** From a model as data to slots in memory and operations in order. One graph serves all networks of a trainer. */
import type { Layer, Model } from '../../models/model.ts';
import { Activation } from './activation.ts';
import { Addition } from './addition.ts';
import type { Heap } from './heap.ts';
import { halosOf, isLinear, Linear } from './linear.ts';
import { Normalisation } from './normalisation.ts';
import type { Contribution, Operation } from './operation.ts';
import { Pooling } from './pooling.ts';
import { Slot } from './slots.ts';

export interface Graph {
  readonly input: Slot;
  readonly logits: Slot;
  /** Whether anything but dense layers reads the data, and so wants all of it. */
  readonly readsWholeInput: boolean;
  readonly operations: readonly Operation[];
  /** The operations with matrices, each with its place in `Memory.matrices`. */
  readonly linears: readonly Linear[];
}

/** Allocates the slots and joins the operations; `stride` is the bytes of one feature. */
export function buildGraph(heap: Heap, model: Model, stride: number): Graph {
  const { slotOf, steps } = placeLayers(model, stride);
  const input = slotOf('input');
  for (const slot of new Set(['input', ...steps.map(({ name }) => name)].map(slotOf))) slot.allocate(heap, slot !== input);
  const readers = readersOf(steps, slotOf);
  const linears: Linear[] = [];
  const operations: Operation[] = [];
  for (const layer of steps) {
    const output = slotOf(layer.name);
    const sources = layer.from.map(slotOf);
    const contributions = sources.map((source, index): Contribution => {
      const all = readers.get(source) ?? [];
      const isFirst = all.at(-1) === layer && sources.indexOf(source) === index;
      return { accumulate: !isFirst, masks: isLinear(layer) && source.activation === 'relu' && all[0] === layer };
    });
    const operation = operationOf(heap, layer, sources, output, contributions, linears.length);
    if (operation instanceof Linear) linears.push(operation);
    operations.push(operation);
    if (output.activation !== 'none') {
      const first = readers.get(output)?.[0];
      const isRelu = output.activation === 'relu';
      const fused = { forward: isRelu && isLinear(layer), backward: isRelu && first !== undefined && isLinear(first) };
      operations.push(new Activation(heap, output, fused));
    }
  }
  const readsWholeInput = (readers.get(input) ?? []).some(({ kind }) => kind !== 'dense');
  return { input, logits: slotOf(model.layers[model.layers.length - 1].name), readsWholeInput, operations, linears };
}

function operationOf(
  heap: Heap,
  layer: Layer,
  sources: readonly Slot[],
  output: Slot,
  contributions: readonly Contribution[],
  /** Operations with matrices so far. */
  linears: number,
): Operation {
  const [source] = sources;
  const [contribution] = contributions;
  switch (layer.kind) {
    case 'dense':
    case 'conv2d':
      return new Linear(heap, linears, layer, source, output, contribution);
    case 'max-pool':
    case 'average-pool':
    case 'global-average-pool':
      return new Pooling(heap, layer, source, output, contribution);
    case 'batch-norm':
      return new Normalisation(heap, layer, source, output, contribution);
    case 'relu':
    case 'tanh':
    case 'add':
      return new Addition(heap, sources, output, contributions);
  }
}

type SlotOf = (name: string) => Slot;

/**
 * A slot for each layer, activations in that of the layer before them where nobody else reads it, else in one of their own;
 * borders as convolutions want them.
 */
function placeLayers(model: Model, stride: number): { readonly slotOf: SlotOf; readonly steps: readonly Layer[] } {
  const slots = new Map<string, Slot>([['input', new Slot(model.input, stride)]]);
  const slotOf = (name: string): Slot => {
    const slot = slots.get(name);
    if (slot === undefined) throw new Error(`no layer ${name}`);
    return slot;
  };
  const timesRead = (name: string): number => model.layers.filter(({ from }) => from.includes(name)).length;
  const steps = model.layers.filter((layer) => {
    const [first] = layer.from;
    const source = slotOf(first);
    if ((layer.kind === 'relu' || layer.kind === 'tanh') && first !== 'input' && source.activation === 'none' && timesRead(first) === 1) {
      source.activation = layer.kind;
      slots.set(layer.name, source);
      return false;
    }
    const slot = new Slot(layer.output, stride);
    slots.set(layer.name, slot);
    if (layer.kind === 'relu' || layer.kind === 'tanh') slot.activation = layer.kind;
    if (layer.kind === 'conv2d') {
      const halos = halosOf(layer);
      source.halo = Math.max(source.halo, halos.input);
      slot.halo = halos.output;
    }
    return true;
  });
  return { slotOf, steps };
}

/** Who reads each slot, in order of computation. */
function readersOf(steps: readonly Layer[], slotOf: SlotOf): ReadonlyMap<Slot, readonly Layer[]> {
  const readers = new Map<Slot, Layer[]>();
  for (const layer of steps) {
    for (const name of layer.from) {
      const all = readers.get(slotOf(name));
      if (all === undefined) readers.set(slotOf(name), [layer]);
      else all.push(layer);
    }
  }
  return readers;
}
