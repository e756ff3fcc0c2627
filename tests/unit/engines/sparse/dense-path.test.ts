/** Layers that store every weight have kernels of their own: the same bits as those for any mask, and right. */
import { beforeAll, describe, expect, it } from 'vitest';
import { multiply, panelWords, rowPanels } from '../../../../src/engines/sparse/dense-product.ts';
import { Heap } from '../../../../src/engines/sparse/heap.ts';
import type { Kernels } from '../../../../src/engines/sparse/wasm.ts';
import { stream, type Stream } from '../../../../src/numerics/streams.ts';
import { normal } from '../../../../src/numerics/sampling.ts';
import { openModules } from './open.ts';

/** Bytes of one feature: 64 examples. */
const STRIDE = 256;

interface Shape {
  readonly name: string;
  /** Rows of the matrix, a multiple of four, and weights of each. */
  readonly rows: number;
  readonly width: number;
  /** Positions, down and across. */
  readonly height: number;
  readonly across: number;
}

const shapes: readonly Shape[] = [
  { name: 'a dense layer', rows: 8, width: 10, height: 1, across: 1 },
  { name: 'an odd number of columns', rows: 4, width: 9, height: 1, across: 1 },
  { name: 'one column', rows: 4, width: 1, height: 1, across: 1 },
  { name: 'a convolution', rows: 12, width: 7, height: 3, across: 2 },
  { name: 'a convolution with more values than the fastest cache has places for', rows: 32, width: 201, height: 2, across: 3 },
  { name: 'rows so long that sums wait', rows: 8, width: 701, height: 1, across: 1 },
  { name: 'more rows than a part has, and columns so long that sums wait', rows: 652, width: 420, height: 1, across: 1 },
];

/** Both ways through one random case, in a memory of its own. */
class Case {
  readonly heap: Heap;
  private readonly source: Stream;
  readonly x: number;
  readonly dy: number;
  readonly weights: number;
  readonly bias: number;
  readonly columns: number;
  readonly starts: number;
  /** Bytes from a position to the next and to the next row of them. */
  readonly xRight: number;
  readonly xDown: number;
  readonly yRight: number;
  readonly yDown: number;

  constructor(
    modules: readonly WebAssembly.Module[],
    readonly shape: Shape,
  ) {
    const { rows, width, height, across } = shape;
    this.heap = new Heap(modules);
    this.source = stream(1, `dense-path/${shape.name}`);
    this.xRight = STRIDE;
    this.xDown = across * STRIDE;
    this.yRight = rows * STRIDE;
    this.yDown = across * rows * STRIDE;
    this.x = this.random((width + height * across) * 64);
    this.dy = this.random(rows * height * across * 64);
    this.weights = this.random(rows * width + 8);
    this.bias = this.random(rows);
    this.columns = this.words(Array.from({ length: rows * width + 8 }, (_, k) => (k < rows * width ? (k % width) * STRIDE : 0)));
    this.starts = this.words(Array.from({ length: rows + 1 }, (_, row) => row * width));
  }

  random(count: number): number {
    const at = this.heap.allocate(4 * count);
    for (let index = 0; index < count; index++) this.heap.f32[(at >> 2) + index] = normal(this.source);
    return at;
  }

  words(values: readonly number[]): number {
    const at = this.heap.allocate(4 * values.length);
    this.heap.u32.set(values, at >> 2);
    return at;
  }

  read(at: number, count: number): number[] {
    return Array.from(this.heap.f32.subarray(at >> 2, (at >> 2) + count));
  }

  /**
   * The order that shipped results were computed in: four lanes, each adding up products position by position, row of
   * positions after row, and their sums at the end.
   */
  weightGradients(): number[] {
    const { rows, width, height, across } = this.shape;
    const { fround } = Math;
    const [slopes, values] = [this.read(this.dy, rows * height * across * 64), this.read(this.x, (width + height * across) * 64)];
    return Array.from({ length: rows * width }, (_, index) => {
      const [row, column] = [Math.floor(index / width), index % width];
      const lanes = [0, 0, 0, 0];
      for (let position = 0; position < height * across; position++) {
        for (let example = 0; example < 64; example++) {
          const product = fround(slopes[(position * rows + row) * 64 + example] * values[(column + position) * 64 + example]);
          lanes[example % 4] = fround(lanes[example % 4] + product);
        }
      }
      return fround(fround(lanes[0] + lanes[1]) + fround(lanes[2] + lanes[3]));
    });
  }

  /** What two calls leave behind, each in fresh memory that starts with the same values. */
  both(count: number, sparse: (kernels: Kernels, to: number) => void, dense: (kernels: Kernels, to: number) => void): [number[], number[]] {
    const first = this.random(count + 8);
    const second = this.heap.allocate(4 * (count + 8));
    this.heap.f32.copyWithin(second >> 2, first >> 2, (first >> 2) + count);
    sparse(this.heap.kernels, first);
    dense(this.heap.kernels, second);
    return [this.read(first, count), this.read(second, count)];
  }
}

describe.each(shapes)('$name', (shape) => {
  const { rows, width, height, across } = shape;
  let its: Case;
  beforeAll(async () => {
    its = new Case(await openModules(), shape);
  });

  it.each([0, 1])('forward (ReLU: %i)', (relu) => {
    const { starts, columns, weights, bias, x, xDown, xRight, yDown, yRight } = its;
    const panels = its.heap.allocate(4 * panelWords(rows, width, false));
    const [sparse, dense] = its.both(
      rows * height * across * 64,
      (kernels, y) =>
        kernels.forward(rows, starts, columns, weights, bias, x, y, STRIDE, relu, height, across, xDown, xRight, yDown, yRight),
      (_, y) =>
        multiply(
          its.heap,
          panels,
          {
            ...{ rows, depth: width, offsets: columns, first: bias, x, y, stride: STRIDE, relu: relu === 1, accumulate: false, mask: 0 },
            positions: [height, across, xDown, xRight, yDown, yRight],
          },
          rowPanels(its.heap, panels, weights, width),
        ),
    );
    expect(dense).toEqual(sparse);
    // One output in double precision: the last row's at the last position of the last example.
    const row = rows - 1;
    const [w, b, values] = [its.read(weights, rows * width), its.read(bias, rows), its.read(x, (width + height * across) * 64)];
    const position = (height - 1) * across + across - 1;
    let sum = b[row];
    for (let column = 0; column < width; column++) sum += w[row * width + column] * values[(column + position) * 64 + 63];
    expect(dense[(position * rows + row) * 64 + 63]).toBeCloseTo(relu === 1 ? Math.max(0, sum) : sum, 4);
  });

  it('the gradient by the weights', () => {
    const { starts, columns, x, dy, xDown, xRight, yDown, yRight } = its;
    const sums = its.random(16 * rows * Math.ceil(width / 4));
    const [sparse, dense] = its.both(
      rows * width,
      (kernels, to) =>
        kernels.weightGradient(rows, starts, starts + 4, columns, to, x, dy, STRIDE, height, across, xDown, xRight, yDown, yRight, sums),
      (kernels, to) =>
        kernels.denseWeightGradient(rows, width, columns, to, x, dy, STRIDE, height, across, xDown, xRight, yDown, yRight, sums),
    );
    expect(dense).toEqual(sparse);
    expect(dense).toEqual(its.weightGradients());
    const [slopes, values] = [its.read(dy, rows * height * across * 64), its.read(x, (width + height * across) * 64)];
    let sum = 0;
    for (let position = 0; position < height * across; position++) {
      for (let example = 0; example < 64; example++) {
        sum += slopes[(position * rows + rows - 1) * 64 + example] * values[(width - 1 + position) * 64 + example];
      }
    }
    expect(dense[rows * width - 1]).toBeCloseTo(sum, 3);
  });

  it.each([
    [0, false],
    [1, false],
    [0, true],
    [1, true],
  ])('the gradient by the inputs (accumulate: %i, masked: %s)', (accumulate, masked) => {
    const { dy, yDown, yRight } = its;
    // Transposed, each column of `width` is a row; four columns are made of four rows of the matrix, so `rows` is the length.
    const columns = 4 * Math.ceil(width / 4);
    const weights = its.random(rows * columns);
    const starts = its.words(Array.from({ length: columns + 1 }, (_, column) => column * rows));
    const entries = its.words(
      Array.from({ length: columns * rows }, (_, k) => [(k % rows) * STRIDE, 4 * ((k % rows) * columns + Math.floor(k / rows))]).flat(),
    );
    const activation = masked ? its.random(columns * height * across * 64) : 0;
    const [right, down] = [columns * STRIDE, across * columns * STRIDE];
    const offsets = its.words(Array.from({ length: rows }, (_, row) => row * STRIDE));
    const panels = its.heap.allocate(4 * panelWords(columns, rows, accumulate === 1));
    const zeros = its.heap.allocate(4 * columns);
    const positions = [height, across, yDown, yRight, down, right] as const;
    const [sparse, dense] = its.both(
      columns * height * across * 64,
      (kernels, to) => kernels.inputGradient(columns, starts, entries, weights, dy, to, STRIDE, accumulate, activation, ...positions),
      (kernels, to) =>
        multiply(
          its.heap,
          panels,
          {
            ...{ rows: columns, depth: rows, offsets, first: zeros, x: dy, y: to, stride: STRIDE, relu: false },
            ...{ accumulate: accumulate === 1, mask: activation, positions },
          },
          (column, part, entry, depth) => kernels.panelsOfColumns(part, depth, entries + 8 * entry, weights + 4 * column, panels),
        ),
    );
    expect(dense).toEqual(sparse);
    if (masked || accumulate === 1) return;
    const [w, slopes] = [its.read(weights, rows * columns), its.read(dy, rows * 64)];
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += w[row * columns + columns - 1] * slopes[row * 64];
    expect(dense[(columns - 1) * 64]).toBeCloseTo(sum, 4);
  });
});
