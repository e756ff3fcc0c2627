/**
 * Dense layers and convolutions: both are a sparse matrix times features, a convolution the same matrix at every
 * position. The input's gradient is the product with the transposed matrix; with a stride s, each of the s × s kinds of
 * input positions meets other weights of the kernel and so has its own transposed rows (a *phase*).
 */
import type { Layer, Parameter } from '../../models/model.ts';
import type { Plane } from '../../science/mask.ts';
import type { Heap } from './heap.ts';
import type { Contribution, Memory, Operation } from './operation.ts';
import { rowsOf, Store, type Rows } from './parameters.ts';
import type { Slot } from './slots.ts';

type LinearLayer = Extract<Layer, { kind: 'dense' | 'conv2d' }>;

export const isLinear = (layer: Layer): layer is LinearLayer => layer.kind === 'dense' || layer.kind === 'conv2d';

/** Input positions whose gradients are computed alike. */
interface Phase {
  readonly rows: number;
  readonly height: number;
  readonly width: number;
  /** Address of the first gradient written, and bytes from it to the next positions'. */
  readonly dx: number;
  readonly dxDown: number;
  readonly dxRight: number;
  /** The same of what is read. */
  readonly dy: number;
  readonly dyDown: number;
  readonly dyRight: number;
}

/** Where one column of the matrix, a weight of every row, is found. */
interface Column {
  /** Byte offset of its feature from the position's first one. */
  readonly offset: number;
  /** Its transposed row, and the byte offset of row 0's gradient from the phase's. */
  readonly phase: number;
  readonly row: number;
  readonly dyOffset: number;
}

/** One network's matrix. */
export interface Matrix {
  readonly store: Store;
  readonly starts: number;
  readonly ends: number;
  readonly columns: number;
  /** Which columns some kept weight is in. */
  readonly isRead: Uint8Array;
  /** By phase; empty where the input needs no gradient. */
  readonly transposed: readonly { readonly starts: number; readonly entries: number }[];
}

interface Geometry {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly phases: readonly Phase[];
  readonly x: number;
  readonly xDown: number;
  readonly xRight: number;
}

export class Linear implements Operation {
  private readonly geometry: Geometry;
  private readonly noBias: number;
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
    this.noBias = heap.allocate(4 * this.geometry.rows);
  }

  /** Lays out one network's matrix by its planes; `moments` arrays beside each weight. */
  build(plane: Plane | undefined, weight: Parameter, moments: number): Matrix {
    const { rows, columns } = this.geometry;
    const kept = rowsOf(plane, rows, columns.length);
    const isWhole = kept.order.length === weight.size && !kept.anyFrozen;
    const store = new Store(this.heap, weight, isWhole ? null : kept.order, kept.anyFrozen ? kept : null, moments);
    const columnsOf = store.allocate(kept.order.length + 8);
    const { u32 } = this.heap;
    const isRead = new Uint8Array(columns.length);
    for (let k = 0; k < kept.order.length; k++) {
      const column = kept.order[k] % columns.length;
      isRead[column] = 1;
      u32[(columnsOf >> 2) + k] = this.offsets[column];
    }
    const starts = store.place(kept.starts);
    const ends = kept.anyFrozen ? store.movable.ends : starts + 4;
    const transposed = this.input.gradient === 0 ? [] : this.transpose(kept, store);
    return { store, starts, ends, columns: columnsOf, isRead, transposed };
  }

  forward(network: Memory): void {
    const matrix = network.matrices[this.index];
    const { rows, x, xDown, xRight } = this.geometry;
    const { output } = this;
    this.heap.kernels.forward(
      rows,
      matrix.starts,
      matrix.columns,
      matrix.store.weights,
      this.biasOf(network)?.weights ?? this.noBias,
      x,
      output.value,
      output.stride,
      output.activation === 'relu' ? 1 : 0,
      output.shape.height,
      output.shape.width,
      xDown,
      xRight,
      output.down,
      output.right,
    );
  }

  backward(network: Memory): void {
    const matrix = network.matrices[this.index];
    const bias = this.biasOf(network);
    this.inputGradient(matrix);
    const { rows, x, xDown, xRight } = this.geometry;
    const { kernels } = this.heap;
    const { gradient, stride, shape, down, right } = this.output;
    kernels.weightGradient(
      rows,
      matrix.starts,
      matrix.ends,
      matrix.columns,
      matrix.store.gradient,
      x,
      gradient,
      stride,
      shape.height,
      shape.width,
      xDown,
      xRight,
      down,
      right,
    );
    if (bias !== null) kernels.sumRows(rows, gradient, bias.gradient, stride, shape.height, shape.width, down, right);
  }

  /** The gradient by all weights, absent and frozen ones too, added to `total`. The output's gradient must be there. */
  addDenseGradient(total: Float64Array): void {
    const { rows, columns, x, xDown, xRight } = this.geometry;
    const { kernels } = this.heap;
    const { gradient, stride, shape, down, right } = this.output;
    const width = columns.length;
    const scratch = this.heap.allocate(4 * (2 * (width + 8) + 2));
    const sums = scratch + 4 * (width + 8);
    const span = sums + 4 * (width + 8);
    this.heap.u32.set(this.offsets, scratch >> 2);
    this.heap.u32[(span >> 2) + 1] = width;
    for (let row = 0; row < rows; row++) {
      const dy = gradient + row * stride;
      kernels.weightGradient(1, span, span + 4, scratch, sums, x, dy, stride, shape.height, shape.width, xDown, xRight, down, right);
      const { f32 } = this.heap;
      for (let column = 0; column < width; column++) total[row * width + column] += f32[(sums >> 2) + column];
    }
    this.heap.free(scratch);
  }

  private biasOf({ stores }: Memory): Store | null {
    return this.layer.bias === null ? null : (stores.get(this.layer.bias) ?? null);
  }

  private inputGradient(matrix: Matrix): void {
    const { input, output, contribution } = this;
    const { phases } = this.geometry;
    for (let index = 0; index < matrix.transposed.length; index++) {
      const { starts, entries } = matrix.transposed[index];
      const phase = phases[index];
      this.heap.kernels.inputGradient(
        phase.rows,
        starts,
        entries,
        matrix.store.weights,
        phase.dy,
        phase.dx,
        output.stride,
        contribution.accumulate ? 1 : 0,
        contribution.masks ? phase.dx - input.gradient + input.value : 0,
        phase.height,
        phase.width,
        phase.dyDown,
        phase.dyRight,
        phase.dxDown,
        phase.dxRight,
      );
    }
  }

  /** Counting sort of the entries by phase and transposed row; within one, by row of the matrix. */
  private transpose({ order, starts }: Rows, store: Store): Matrix['transposed'] {
    const { rows, columns, phases } = this.geometry;
    const width = columns.length;
    const next = phases.map((phase) => new Uint32Array(phase.rows + 1));
    for (const index of order) {
      const { phase, row } = columns[index % width];
      next[phase][row + 1]++;
    }
    for (const counts of next) for (let row = 1; row < counts.length; row++) counts[row] += counts[row - 1];
    const placed = next.map((counts) => ({ starts: store.place(counts), entries: store.allocate(2 * counts[counts.length - 1]) }));
    const { u32 } = this.heap;
    for (let row = 0; row < rows; row++) {
      for (let k = starts[row]; k < starts[row + 1]; k++) {
        const column = columns[order[k] % width];
        const at = (placed[column.phase].entries >> 2) + 2 * next[column.phase][column.row]++;
        u32[at] = column.dyOffset + row * this.output.stride;
        u32[at + 1] = 4 * k;
      }
    }
    return placed;
  }
}

function denseGeometry(layer: Extract<Layer, { kind: 'dense' }>, input: Slot, output: Slot): Geometry {
  // Features that do not lie one behind the other, because of a border, are taken image row by image row.
  const rowsOfImage = input.isContiguous ? 1 : input.shape.height;
  const rows = layer.inputs / rowsOfImage;
  return {
    rows: layer.units,
    columns: Array.from({ length: layer.inputs }, (_, feature) => ({
      offset: input.offsetOf(feature),
      phase: Math.floor(feature / rows),
      row: feature % rows,
      dyOffset: 0,
    })),
    phases: Array.from({ length: rowsOfImage }, (_, row) => ({
      rows,
      height: 1,
      width: 1,
      dx: input.gradient + row * input.down,
      dxDown: 0,
      dxRight: 0,
      dy: output.gradient,
      dyDown: 0,
      dyRight: 0,
    })),
    x: input.value,
    xDown: 0,
    xRight: 0,
  };
}

function convolutionGeometry(layer: Extract<Layer, { kind: 'conv2d' }>, input: Slot, output: Slot): Geometry {
  const { kernel, stride, padding } = layer;
  const { height, width, channels } = input.shape;
  const columns: Column[] = [];
  for (let y = 0; y < kernel; y++) {
    for (let x = 0; x < kernel; x++) {
      for (let channel = 0; channel < channels; channel++) {
        columns.push({
          offset: y * input.down + x * input.right + channel * input.stride,
          phase: (y % stride) * stride + (x % stride),
          row: channel,
          dyOffset: -(Math.floor(y / stride) * output.down + Math.floor(x / stride) * output.right),
        });
      }
    }
  }
  // Input position i meets kernel row y at output (i + padding − y) / stride, where that is whole.
  const along = (phase: number, length: number) => {
    const first = (((phase - padding) % stride) + stride) % stride;
    return { first, count: Math.max(0, Math.ceil((length - first) / stride)), output: (first + padding - phase) / stride };
  };
  const phases = Array.from({ length: stride * stride }, (_, index): Phase => {
    const down = along(Math.floor(index / stride), height);
    const right = along(index % stride, width);
    return {
      rows: channels,
      height: down.count,
      width: right.count,
      dx: input.gradient + down.first * input.down + right.first * input.right,
      dxDown: stride * input.down,
      dxRight: stride * input.right,
      dy: output.gradient + down.output * output.down + right.output * output.right,
      dyDown: output.down,
      dyRight: output.right,
    };
  });
  return {
    rows: output.shape.channels,
    columns,
    phases,
    x: input.value - padding * (input.down + input.right),
    xDown: stride * input.down,
    xRight: stride * input.right,
  };
}

/** Border that a convolution needs around what it reads, and around its output's gradient. */
export function halosOf({ kernel, stride, padding, input, output }: Extract<Layer, { kind: 'conv2d' }>): {
  readonly input: number;
  readonly output: number;
} {
  const before = Math.floor((kernel - 1 - padding) / stride);
  const after = Math.max(
    Math.floor((input.height - 1 + padding) / stride) - (output.height - 1),
    Math.floor((input.width - 1 + padding) / stride) - (output.width - 1),
  );
  return { input: padding, output: Math.max(0, before, after) };
}
