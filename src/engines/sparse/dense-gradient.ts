/** The gradient by every weight of a layer, whether it is stored or not, row after row. */
import type { Geometry } from './geometry.ts';
import type { Heap } from './heap.ts';
import type { Slot } from './slots.ts';

/**
 * Adds it to `total`, and to each weight of a row `restOf(row)`, what the background contributes, in double precision: a
 * step's own gradient is rounded once more. The output's gradient must be there.
 */
export function addDenseGradient(
  heap: Heap,
  { rows, columns, x, xDown, xRight }: Geometry,
  output: Slot,
  total: Float64Array,
  restOf: (row: number) => number = () => 0,
): void {
  const { kernels } = heap;
  const { gradient, stride, shape, down, right } = output;
  const width = columns.length;
  const span = Uint32Array.of(0, width);
  const scratch = heap.allocate(4 * (2 * (width + 8) + span.length + sumsOf(span)));
  const found = scratch + 4 * (width + 8);
  const ends = found + 4 * (width + 8);
  const sums = ends + 4 * span.length;
  columns.forEach(({ offset }, column) => (heap.u32[(scratch >> 2) + column] = offset));
  heap.u32.set(span, ends >> 2);
  for (let row = 0; row < rows; row++) {
    const dy = gradient + row * stride;
    const { height, width: across } = shape;
    kernels.weightGradient(1, ends, ends + 4, scratch, found, x, dy, stride, height, across, xDown, xRight, down, right, sums);
    const rest = restOf(row);
    const { f32 } = heap;
    for (let column = 0; column < width; column++) total[row * width + column] += f32[(found >> 2) + column] + rest;
  }
  heap.free(scratch);
}

/** Words that the kernels want for unfinished sums: sixteen for every four weights of a row. */
export const sumsOf = (starts: Uint32Array): number =>
  starts.subarray(1).reduce((words, end, row) => words + 16 * Math.ceil((end - starts[row]) / 4), 0);
