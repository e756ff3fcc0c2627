/**
 * Dense layers and convolutions: both are a sparse matrix times features, a convolution the same matrix at every
 * position. The input's gradient is the product with the transposed matrix. A matrix that keeps every weight goes
 * through kernels of its own, four rows at a time (dense-product.ts), that compute the same bits in less time; so does one
 * that keeps most and has none frozen, its absent weights stored as zeros.
 */
import type { Layer, Parameter } from '../../models/model.ts';
import type { Plane } from '../../science/mask.ts';
import { addDenseGradient, sumsOf } from './dense-gradient.ts';
import { multiply, panelWords, rowPanels } from './dense-product.ts';
import { convolutionGeometry, denseGeometry, type Geometry } from './geometry.ts';
import type { Heap } from './heap.ts';
import type { BackgroundMatrix } from './background-matrix.ts';
import type { Contribution, Memory, Operation } from './operation.ts';
import { absentOf, NONE, rowsOf, Store, type Rows } from './parameters.ts';
import type { Slot } from './slots.ts';

type LinearLayer = Extract<Layer, { kind: 'dense' | 'conv2d' }>;

export const isLinear = (layer: Layer): layer is LinearLayer => layer.kind === 'dense' || layer.kind === 'conv2d';

/** An operation with a matrix. */
export interface MatrixOperation extends Operation {
  readonly layer: LinearLayer;
  readonly input: Slot;
  /** Lays out one network's matrix by its planes; `moments` arrays beside each weight. */
  build(plane: Plane | undefined, weight: Parameter, moments: number): Matrix;
  /** The gradient by all weights, absent and frozen ones too, added to `total`. The output's gradient must be there. */
  addDenseGradient(total: Float64Array): void;
}

export type Matrix = LinearMatrix | BackgroundMatrix;

/** One network's matrix in compressed rows. */
export interface LinearMatrix {
  readonly kind: 'linear';
  readonly store: Store;
  /** Whether every weight is stored and trained, absent ones being held at 0. */
  readonly isDense: boolean;
  readonly starts: number;
  readonly ends: number;
  readonly columns: number;
  /** Room for unfinished sums of the weights' gradients; 0 where there is one position, which needs none. */
  readonly sums: number;
  /** Which columns some kept weight is in. */
  readonly isRead: Uint8Array;
  /** By phase; empty where the input needs no gradient. */
  readonly transposed: readonly Transposed[];
  /** Room for panels of the weights; 0 where there are none. */
  readonly panels: number;
}

interface Transposed {
  readonly starts: number;
  readonly entries: number;
  /** Of a matrix that stores every weight: how many entries a row has, and the byte offset of each one's gradient. */
  readonly depth: number;
  readonly offsets: number;
}

/** The share of its weights from which on a layer computes with all of them, which takes less time than to pass over the others. */
const DENSE_FROM = 0.8;

export class Linear implements MatrixOperation {
  private readonly geometry: Geometry;
  /** A zero for each row, of the matrix or transposed. */
  private readonly zeros: number;
  private readonly offsets: Uint32Array;

  constructor(
    private readonly heap: Heap,
    /** Where in `Memory.matrices` its matrix is. */
    private readonly index: number,
    readonly layer: LinearLayer,
    readonly input: Slot,
    private readonly output: Slot,
    private readonly contribution: Contribution,
  ) {
    this.geometry = layer.kind === 'dense' ? denseGeometry(layer, input, output) : convolutionGeometry(layer, input, output);
    this.offsets = Uint32Array.from(this.geometry.columns, ({ offset }) => offset);
    const { rows, phases } = this.geometry;
    this.zeros = heap.allocate(4 * Math.max(rows, ...phases.map((phase) => phase.rows)));
  }

  build(plane: Plane | undefined, weight: Parameter, moments: number): LinearMatrix {
    const { rows, columns } = this.geometry;
    const present = rowsOf(plane, rows, columns.length);
    const isDense = present.order.length >= DENSE_FROM * weight.size && !present.anyFrozen;
    const kept = isDense ? rowsOf(undefined, rows, columns.length) : present;
    const absent = isDense && plane !== undefined ? absentOf(plane, null) : NONE;
    const store = new Store(this.heap, weight, isDense ? null : kept.order, absent, kept.anyFrozen ? kept : null, moments);
    const columnsOf = store.allocate(kept.order.length + 8);
    const { u32 } = this.heap;
    for (let k = 0; k < kept.order.length; k++) u32[(columnsOf >> 2) + k] = this.offsets[kept.order[k] % columns.length];
    const isRead = new Uint8Array(columns.length);
    for (const index of present.order) isRead[index % columns.length] = 1;
    const starts = store.place(kept.starts);
    const ends = kept.anyFrozen ? store.movable.ends : starts + 4;
    const transposed = this.input.gradient === 0 ? [] : this.transpose(kept, store, isDense);
    const panels = isDense ? this.allocatePanels(store, transposed) : 0;
    const { height, width } = this.output.shape;
    const sums = height * width > 1 ? store.allocate(sumsOf(kept.starts)) : 0;
    return { kind: 'linear', store, isDense, starts, ends, columns: columnsOf, sums, isRead, transposed, panels };
  }

  forward(network: Memory): void {
    const matrix = this.of(network);
    const { rows, columns, x, xDown, xRight } = this.geometry;
    const { kernels } = this.heap;
    const { value, stride, shape, down, right, activation } = this.output;
    const { height, width } = shape;
    const { weights } = matrix.store;
    const bias = this.biasOf(network)?.weights ?? this.zeros;
    const done = matrix.isDense ? inFours(rows) : 0;
    if (done > 0) {
      const { columns: offsets, panels } = matrix;
      const depth = columns.length;
      multiply(
        this.heap,
        panels,
        {
          ...{ rows: done, depth, offsets, first: bias, x, y: value, stride, relu: activation === 'relu', accumulate: false, mask: 0 },
          positions: [height, width, xDown, xRight, down, right],
        },
        rowPanels(this.heap, panels, weights, depth),
      );
    }
    if (done === rows) return;
    const starts = matrix.starts + 4 * done;
    const y = value + stride * done;
    kernels.forward(
      rows - done,
      starts,
      matrix.columns,
      weights,
      bias + 4 * done,
      x,
      y,
      stride,
      activation === 'relu' ? 1 : 0,
      height,
      width,
      xDown,
      xRight,
      down,
      right,
    );
  }

  backward(network: Memory): void {
    const matrix = this.of(network);
    const bias = this.biasOf(network);
    this.inputGradient(matrix);
    this.weightGradient(matrix);
    matrix.store.clearAbsent(matrix.store.gradient);
    if (bias === null) return;
    const { gradient, stride, shape, down, right } = this.output;
    this.heap.kernels.sumRows(this.geometry.rows, gradient, bias.gradient, stride, shape.height, shape.width, down, right);
  }

  addDenseGradient(total: Float64Array): void {
    addDenseGradient(this.heap, this.geometry, this.output, total);
  }

  private of({ matrices }: Memory): LinearMatrix {
    const matrix = matrices[this.index];
    if (matrix.kind !== 'linear') throw new Error('another layer laid the matrix out');
    return matrix;
  }

  private biasOf({ stores }: Memory): Store | null {
    return this.layer.bias === null ? null : (stores.get(this.layer.bias) ?? null);
  }

  private weightGradient({ store, isDense, starts, ends, columns, sums }: LinearMatrix): void {
    const { rows, columns: all, x, xDown, xRight } = this.geometry;
    const { kernels } = this.heap;
    const { gradient, stride, shape, down, right } = this.output;
    const { height, width } = shape;
    const done = isDense ? inFours(rows) : 0;
    if (done > 0) {
      const rowLength = all.length;
      kernels.denseWeightGradient(
        done,
        rowLength,
        columns,
        store.gradient,
        x,
        gradient,
        stride,
        height,
        width,
        xDown,
        xRight,
        down,
        right,
        sums,
      );
    }
    if (done === rows) return;
    const dy = gradient + stride * done;
    kernels.weightGradient(
      rows - done,
      starts + 4 * done,
      ends + 4 * done,
      columns,
      store.gradient,
      x,
      dy,
      stride,
      height,
      width,
      xDown,
      xRight,
      down,
      right,
      sums,
    );
  }

  private inputGradient({ store, isDense, transposed, panels }: LinearMatrix): void {
    const { input, output, contribution, zeros } = this;
    const { kernels } = this.heap;
    const { stride } = output;
    const { weights } = store;
    const { accumulate, masks } = contribution;
    for (let index = 0; index < transposed.length; index++) {
      const { starts, entries, depth, offsets } = transposed[index];
      const { rows, height, width, dx, dxDown, dxRight, dy, dyDown, dyRight } = this.geometry.phases[index];
      const mask = masks ? dx - input.gradient + input.value : 0;
      const done = isDense ? inFours(rows) : 0;
      if (done > 0) {
        multiply(
          this.heap,
          panels,
          {
            ...{ rows: done, depth, offsets, first: zeros, x: dy, y: dx, stride, relu: false, accumulate, mask },
            positions: [height, width, dyDown, dyRight, dxDown, dxRight],
          },
          (row, its, entry, deep) => kernels.panelsOfColumns(its, deep, entries + 8 * entry, weights + 4 * row, panels),
        );
      }
      if (done === rows) continue;
      const skipped = stride * done;
      kernels.inputGradient(
        rows - done,
        starts + 4 * done,
        entries,
        store.weights,
        dy,
        dx + skipped,
        stride,
        accumulate ? 1 : 0,
        mask === 0 ? 0 : mask + skipped,
        height,
        width,
        dyDown,
        dyRight,
        dxDown,
        dxRight,
      );
    }
  }

  /** Room for the panels of every product with the matrix or a transposed one. */
  private allocatePanels(store: Store, transposed: LinearMatrix['transposed']): number {
    const { rows, columns, phases } = this.geometry;
    const { accumulate } = this.contribution;
    const words = transposed.map(({ depth }, phase) => panelWords(phases[phase].rows, depth, accumulate));
    return store.allocate(Math.max(panelWords(rows, columns.length, false), ...words));
  }

  /** Counting sort of the entries by phase and transposed row; within one, by row of the matrix. */
  private transpose({ order, starts }: Rows, store: Store, isDense: boolean): LinearMatrix['transposed'] {
    const { rows, columns, phases } = this.geometry;
    const width = columns.length;
    const next = phases.map((phase) => new Uint32Array(phase.rows + 1));
    for (const index of order) {
      const { phase, row } = columns[index % width];
      next[phase][row + 1]++;
    }
    for (const counts of next) for (let row = 1; row < counts.length; row++) counts[row] += counts[row - 1];
    const placed = next.map((counts) => {
      const depth = isDense && counts.length > 1 ? counts[1] : 0;
      const entries = store.allocate(2 * counts[counts.length - 1]);
      return { starts: store.place(counts), entries, depth, offsets: store.allocate(depth) };
    });
    const { u32 } = this.heap;
    for (let row = 0; row < rows; row++) {
      for (let k = starts[row]; k < starts[row + 1]; k++) {
        const column = columns[order[k] % width];
        const at = (placed[column.phase].entries >> 2) + 2 * next[column.phase][column.row]++;
        u32[at] = column.dyOffset + row * this.output.stride;
        u32[at + 1] = 4 * k;
      }
    }
    for (const { entries, depth, offsets } of placed) {
      for (let k = 0; k < depth; k++) u32[(offsets >> 2) + k] = u32[(entries >> 2) + 2 * k];
    }
    return placed;
  }
}

/** As many of so many rows as the dense kernels take. */
export const inFours = (rows: number): number => rows - (rows % 4);
