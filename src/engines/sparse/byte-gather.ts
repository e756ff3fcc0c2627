/** How the bytes of a batch's images become features × batch: by arithmetic where that is possible, else by a table. */
import { volume, type Shape } from '../../models/model.ts';
import type { Inputs } from '../../tasks/task.ts';
import { affineOf, type Affine } from './affine.ts';
import { CHUNK } from './background.ts';
import type { Gather } from './gather.ts';
import type { Heap } from './heap.ts';
import type { Slot } from './slots.ts';

/** What bytes stand for where that is arithmetic: in full, or what they add to the background. */
function arithmeticOf(table: Float32Array, { background }: Slot): Affine | null {
  return background === null ? affineOf(table) : { scale: background.shift.scale, offset: 0, scaleRest: 0, offsetRest: 0 };
}

export function gatherOfBytes(heap: Heap, inputs: Extract<Inputs, { kind: 'bytes' }>, shape: Shape, input: Slot): Gather {
  const { kernels } = heap;
  const { value, stride } = input;
  const size = volume(shape);
  const { channels } = shape;
  const affine = channels === 1 && size >= CHUNK ? arithmeticOf(inputs.table, input) : null;
  if (affine !== null) {
    const { scale, offset, scaleRest, offsetRest } = affine;
    const places = Array.from({ length: size }, (_, feature) => input.offsetOf(feature));
    return {
      entriesOf: (features) => chunksOf(features, size).map((first) => [first, ...places.slice(first, first + CHUNK)]),
      run: (count, list, lanes) => void kernels.gatherAffine(count, list, lanes, size, value, stride, scale, offset, scaleRest, offsetRest),
    };
  }
  const table = heap.allocate(inputs.table.byteLength);
  placeTable(heap, table, inputs.table, channels);
  return {
    entriesOf: (features) => features.map((feature) => [feature, table + 1024 * (feature % channels), input.offsetOf(feature)]),
    run: (count, list, lanes) => kernels.gatherBytes(count, list, lanes, value, stride),
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
