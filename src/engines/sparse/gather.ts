/** How a batch's examples become features × batch: which kernel, and the list that tells it what goes where. */
import { volume } from '../../models/model.ts';
import type { Task } from '../../tasks/task.ts';
import { affineOf, type Affine } from './affine.ts';
import { CHUNK } from './background.ts';
import type { Heap } from './heap.ts';
import type { Slot } from './slots.ts';

export interface Gather {
  /** Of these features, ascending: the entries of a list. */
  entriesOf(features: readonly number[]): readonly (readonly number[])[];
  /** Puts the features of `count` entries at `list` in place, for the examples whose addresses lie at `lanes`. */
  run(count: number, list: number, lanes: number): void;
}

/** What bytes stand for where that is arithmetic: in full, or what they add to the background. */
function arithmeticOf(table: Float32Array, { background }: Slot): Affine | null {
  return background === null ? affineOf(table) : { scale: background.shift.scale, offset: 0, scaleRest: 0, offsetRest: 0 };
}

export function gatherOf(heap: Heap, { inputs, input: shape }: Task, input: Slot): Gather {
  const { kernels } = heap;
  const { value, stride } = input;
  const size = volume(shape);
  const { channels } = shape;
  const affine = inputs.kind === 'bytes' && channels === 1 && size >= CHUNK ? arithmeticOf(inputs.table, input) : null;
  if (affine !== null) {
    const { scale, offset, scaleRest, offsetRest } = affine;
    const places = Array.from({ length: size }, (_, feature) => input.offsetOf(feature));
    return {
      entriesOf: (features) => chunksOf(features, size).map((first) => [first, ...places.slice(first, first + CHUNK)]),
      run: (count, list, lanes) => void kernels.gatherAffine(count, list, lanes, size, value, stride, scale, offset, scaleRest, offsetRest),
    };
  }
  if (inputs.kind === 'bytes') {
    const table = heap.allocate(inputs.table.byteLength);
    placeTable(heap, table, inputs.table, channels);
    return {
      entriesOf: (features) => features.map((feature) => [feature, table + 1024 * (feature % channels), input.offsetOf(feature)]),
      run: (count, list, lanes) => kernels.gatherBytes(count, list, lanes, value, stride),
    };
  }
  return {
    entriesOf: (features) => features.map((feature) => [4 * feature, 0, input.offsetOf(feature)]),
    run: (count, list, lanes) => kernels.gatherFloats(count, list, lanes, value, stride),
  };
}

/** First features of as few chunks as hold all of these; the last one of an example may lie over its neighbour. */
function chunksOf(features: readonly number[], size: number): readonly number[] {
  const firsts: number[] = [];
  for (const feature of features) {
    if (firsts.length === 0 || feature >= firsts[firsts.length - 1] + CHUNK) firsts.push(Math.min(feature, size - CHUNK));
  }
  return firsts;
}

/** From [byte][channel] to [channel][byte]. */
function placeTable(heap: Heap, to: number, table: Float32Array, channels: number): void {
  const at = to >> 2;
  for (let byte = 0; byte < 256; byte++) {
    for (let channel = 0; channel < channels; channel++) heap.f32[at + 256 * channel + byte] = table[byte * channels + channel];
  }
}
