/** How a batch's examples become features × batch: which kernel, and the list that tells it what goes where. */
import type { Task } from '../../tasks/task.ts';
import { given, type Images } from './for-images.ts';
import type { Heap } from './heap.ts';
import type { Slot } from './slots.ts';

export interface Gather {
  /** Of these features, ascending: the entries of a list. */
  entriesOf(features: readonly number[]): readonly (readonly number[])[];
  /** Puts the features of `count` entries at `list` in place, for the examples whose addresses lie at `lanes`. */
  run(count: number, list: number, lanes: number): void;
}

export function gatherOf(heap: Heap, { inputs, input: shape }: Task, input: Slot, images: Images | null): Gather {
  if (inputs.kind === 'bytes') return given(images).gatherOfBytes(heap, inputs, shape, input);
  const { value, stride } = input;
  return {
    entriesOf: (features) => features.map((feature) => [4 * feature, 0, input.offsetOf(feature)]),
    run: (count, list, lanes) => heap.kernels.gatherFloats(count, list, lanes, value, stride),
  };
}
