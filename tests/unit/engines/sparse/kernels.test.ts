/** What kernels promise of single lanes, whatever the network around them: each lane is looked at, by numbers worked out here. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Heap } from '../../../../src/engines/sparse/heap.ts';
import { openHeap } from './open.ts';

/** Bytes of one feature: 64 examples. */
const STRIDE = 256;
const EXAMPLES = 64;
const { fround } = Math;

let heap: Heap;
beforeEach(async () => void (heap = await openHeap()));

function floats(values: readonly number[]): number {
  const at = heap.allocate(4 * values.length);
  heap.f32.set(values, at >> 2);
  return at;
}

function words(values: readonly number[]): number {
  const at = heap.allocate(4 * values.length);
  heap.u32.set(values, at >> 2);
  return at;
}

const read = (at: number, count: number): number[] => Array.from(heap.f32.subarray(at >> 2, (at >> 2) + count));
const examples = <Value>(valueOf: (lane: number) => Value): Value[] => Array.from({ length: EXAMPLES }, (_, lane) => valueOf(lane));

describe('a NaN of any example stays one, so that divergence shows', () => {
  /** Of every example, a NaN alone among numbers: what is read of it, and of its neighbour. */
  const eachLane = (run: (x: number, y: number) => void): void => {
    const x = floats(examples(() => 0));
    const y = floats(examples(() => 0));
    for (let lane = 0; lane < EXAMPLES; lane++) {
      heap.f32.set(
        examples((at) => (at === lane ? NaN : 2)),
        x >> 2,
      );
      run(x, y);
      expect(read(y, EXAMPLES).map(Number.isNaN), `example ${lane}`).toEqual(examples((at) => at === lane));
    }
  };

  it('a product with a ReLU behind it', () => {
    const [starts, columns, weights, bias] = [words([0, 1]), words([0, 0]), floats([1, 0]), floats([0])];
    eachLane((x, y) => heap.kernels.forward(1, starts, columns, weights, bias, x, y, STRIDE, 1, 1, 1, 0, 0, 0, 0));
  });

  it('a product of four rows with a ReLU behind it, in each row', () => {
    const [offsets, panels, bias] = [words([0]), floats([1, 1, 1, 1]), floats([0, 0, 0, 0])];
    const rows = floats(Array.from({ length: 4 * EXAMPLES }, () => 0));
    for (let row = 0; row < 4; row++) {
      eachLane((x, y) => {
        heap.kernels.denseProduct(4, 1, offsets, panels, bias, x, rows, STRIDE, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0);
        heap.f32.copyWithin(y >> 2, (rows + row * STRIDE) >> 2, (rows + (row + 1) * STRIDE) >> 2);
      });
    }
  });

  it.each(['relu', 'tanh'] as const)('%s', (activation) => {
    eachLane((x, y) => {
      heap.f32.copyWithin(y >> 2, x >> 2, (x + STRIDE) >> 2);
      heap.kernels[activation](y, 1, STRIDE, STRIDE);
    });
  });

  it('the highest of a window, at its first place and at its last', () => {
    const others = examples(() => 3);
    for (const isFirst of [true, false]) {
      eachLane((x, y) => {
        const pair = floats([...(isFirst ? read(x, EXAMPLES) : others), ...(isFirst ? others : read(x, EXAMPLES))]);
        heap.kernels.maxPool(STRIDE, pair, y, 1, 1, 0, 0, 0, 0, 1, 2, 0, STRIDE);
      });
    }
  });
});

it.each([1, 4, 6])('biases’ gradients are summed in the order that shipped results were computed in: of %i rows', (rows) => {
  // Two positions of so many rows.
  const values = Array.from({ length: 2 * rows * EXAMPLES }, (_, at) => fround(Math.sin(at + 1) * 10 ** ((at % 7) - 3)));
  const sums = floats(Array.from({ length: rows }, () => 0));
  heap.kernels.sumRows(rows, floats(values), sums, STRIDE, 2, 1, rows * STRIDE, 0);
  const expected = Array.from({ length: rows }, (_, row) => {
    const lanes = [0, 0, 0, 0];
    for (const position of [0, 1]) {
      const from = (position * rows + row) * EXAMPLES;
      for (let at = from; at < from + EXAMPLES; at++) lanes[at % 4] = fround(lanes[at % 4] + values[at]);
    }
    return fround(fround(lanes[0] + lanes[1]) + fround(lanes[2] + lanes[3]));
  });
  expect(read(sums, rows)).toEqual(expected);
});

describe('a moment too small to matter becomes 0, of either sign; a larger one and a NaN stay', () => {
  const before = [9e-31, -9e-31, 1.1e-30, -1.1e-30, -1, NaN];
  const after = [0, 0, fround(1.1e-30), fround(-1.1e-30), -1, NaN];
  /** A step without gradient of weights that all are moved; what it leaves of the moment at `moment`. */
  function stepped(step: (starts: number, ends: number, weights: number, gradient: number, moment: number) => void): number[] {
    const none = () => floats(Array.from({ length: 16 }, () => 0));
    const moment = floats([...before, ...Array.from({ length: 10 }, () => 0)]);
    step(words([0]), words([before.length]), none(), none(), moment);
    return read(moment, before.length);
  }

  it('velocity', () => {
    const left = stepped((starts, ends, weights, gradient, velocity) =>
      heap.kernels.momentum(1, starts, ends, weights, gradient, velocity, 0.1, 0, 1),
    );
    expect(left).toEqual(after);
  });

  it('Adam’s mean', () => {
    const squares = floats(Array.from({ length: 16 }, () => 0));
    const left = stepped((starts, ends, weights, gradient, mean) =>
      heap.kernels.adam(1, starts, ends, weights, gradient, mean, squares, 0.1, 0, 1, 0, 1, 0, 1),
    );
    expect(left).toEqual(after);
  });
});

it('counts an example as right where the first of its highest logits is its label’s', () => {
  const logits = floats([...examples(() => 1), ...examples((lane) => (lane < 32 ? 1 : 2)), ...examples(() => 1)]);
  const labels = heap.allocate(EXAMPLES);
  const countOf = (label: number, count: number): number => {
    heap.u8.fill(label, labels, labels + EXAMPLES);
    return heap.kernels.countCorrect(3, logits, labels, count, STRIDE);
  };
  expect([0, 1, 2].map((label) => countOf(label, EXAMPLES))).toEqual([32, 32, 0]);
  expect([0, 1, 2].map((label) => countOf(label, 33))).toEqual([32, 1, 0]);
});
