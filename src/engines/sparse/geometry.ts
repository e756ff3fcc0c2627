/**
 * Where a dense layer or a convolution finds what its matrix is multiplied with. With a stride s, each of the s × s kinds
 * of input positions meets other weights of the kernel and so has its own transposed rows (a *phase*).
 */
import type { Layer } from '../../models/model.ts';
import type { Slot } from './slots.ts';

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

export interface Geometry {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly phases: readonly Phase[];
  readonly x: number;
  readonly xDown: number;
  readonly xRight: number;
}

export function denseGeometry(layer: Extract<Layer, { kind: 'dense' }>, input: Slot, output: Slot): Geometry {
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

export function convolutionGeometry(layer: Extract<Layer, { kind: 'conv2d' }>, input: Slot, output: Slot): Geometry {
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
