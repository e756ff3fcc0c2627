/** From a model as data to slots in memory and operations in order. One graph serves all networks of a trainer. */
import type { Layer, Model } from '../../models/model.ts';
import type { Task } from '../../tasks/task.ts';
import { placed, type Place, type Step } from '../places.ts';
import { Activation } from './activation.ts';
import { Addition } from './addition.ts';
import { given, type Images } from './for-images.ts';
import { halosOf } from './geometry.ts';
import type { Heap } from './heap.ts';
import { isLinear, Linear, type MatrixOperation } from './linear.ts';
import type { Contribution, Operation } from './operation.ts';
import { Slot } from './slots.ts';

export interface Graph {
  readonly input: Slot;
  readonly logits: Slot;
  /** Whether anything but dense layers reads the data, and so wants all of it. */
  readonly readsWholeInput: boolean;
  readonly operations: readonly Operation[];
  /** The operations with matrices, each with its place in `Memory.matrices`. */
  readonly linears: readonly MatrixOperation[];
}

/** Allocates the slots and joins the operations; `stride` is the bytes of one feature. */
export function buildGraph(heap: Heap, model: Model, stride: number, task: Task, images: Images | null): Graph {
  const { input, logits, steps, readersOf } = placed(model);
  const slots = new Map([input, ...steps.map(({ output }) => output)].map((place) => [place, new Slot(place, stride)]));
  const slotOf = (place: Place): Slot => {
    const slot = slots.get(place);
    if (slot === undefined) throw new Error('a place without a slot');
    return slot;
  };
  for (const step of steps) giveBorders(step, slotOf);
  for (const [place, slot] of slots) slot.allocate(heap, place !== input);
  const readsWholeInput = readersOf(input).some(({ kind }) => kind !== 'dense');
  // A convolution's border would be background, too.
  const shift = readsWholeInput ? null : (images?.shiftOf(task) ?? null);
  if (shift !== null) slotOf(input).background = new (given(images).Background)(heap, slotOf(input), shift);
  const linears: MatrixOperation[] = [];
  const operations: Operation[] = [];
  for (const step of steps) {
    const operation = operationOf(heap, step, slotOf, linears.length, images);
    if (hasMatrix(operation)) linears.push(operation);
    operations.push(operation);
    const { layer, output } = step;
    if (output.activation !== 'none') {
      const readers = readersOf(output);
      const isRelu = output.activation === 'relu';
      const fused = {
        forward: isRelu && isLinear(layer),
        backward: isRelu && readers.length > 0 && masks(readers[0], readers.length === 1),
      };
      operations.push(new Activation(heap, slotOf(output), fused));
    }
  }
  return { input: slotOf(input), logits: slotOf(logits), readsWholeInput, operations, linears };
}

type SlotOf = (place: Place) => Slot;

const hasMatrix = (operation: Operation): operation is MatrixOperation => 'addDenseGradient' in operation;

/** `linears`: operations with matrices so far. */
function operationOf(
  heap: Heap,
  { layer, sources, output, contributions }: Step,
  slotOf: SlotOf,
  linears: number,
  images: Images | null,
): Operation {
  const from = sources.map(slotOf);
  const to = slotOf(output);
  const parts = contributions.map(({ accumulate, isLast }, index): Contribution => {
    return { accumulate, masks: isLast && sources[index].activation === 'relu' && masks(layer, !accumulate) };
  });
  const [source] = from;
  const [part] = parts;
  switch (layer.kind) {
    case 'dense':
      if (source.background !== null) return new (given(images).BackgroundLinear)(heap, linears, layer, source, to, source.background);
      return new Linear(heap, linears, layer, source, to, part);
    case 'conv2d':
      return new Linear(heap, linears, layer, source, to, part);
    case 'max-pool':
    case 'average-pool':
    case 'global-average-pool':
      return new (given(images).Pooling)(heap, layer, source, to, part);
    case 'batch-norm':
      return new (given(images).Normalisation)(heap, layer, source, to, part);
    case 'relu':
    case 'tanh':
    case 'add':
      return new Addition(heap, from, to, parts);
  }
}

/** Whether a layer undoes the ReLU of what it reads as the last to write the gradient, or, if `isOnly`, as the only one. */
const masks = (layer: Layer, isOnly: boolean): boolean => isLinear(layer) || (layer.kind === 'max-pool' && isOnly);

/** Borders as convolutions want them. */
function giveBorders({ layer, sources, output }: Step, slotOf: SlotOf): void {
  if (layer.kind !== 'conv2d') return;
  const halos = halosOf(layer);
  const [source] = sources.map(slotOf);
  source.halo = Math.max(source.halo, halos.input);
  slotOf(output).halo = halos.output;
}
