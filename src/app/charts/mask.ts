/**
 * Masks as pictures: every cell of a picture is the average over the weights that fall into it, never one weight picked
 * out of many. A picture is never larger than the layer; enlarging it is left to the canvas.
 */
import type { Bits } from '../../science/mask.ts';
import type { Window } from './zoom.ts';

/** Shares (0..1) in rows from the top left. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** The cell of a picture line that each of `count` weights falls into; cells differ by at most one weight. */
function cells(count: number, size: number): Uint32Array {
  const cell = new Uint32Array(count);
  for (let index = 0; index < count; index++) cell[index] = Math.floor((index * size) / count);
  return cell;
}

/** How many weights fall into each cell of a line. */
function sizes(cell: Uint32Array, size: number): Uint32Array {
  const count = new Uint32Array(size);
  for (const at of cell) count[at]++;
  return count;
}

/**
 * Whole weights of a matrix with `stride` columns as a picture of at most height × width; `of` gives what the present
 * weight at an index adds to its cell, 0..1.
 */
export function average(
  bits: Bits,
  stride: number,
  { top, left, rows, columns }: Window,
  height: number,
  width: number,
  of: (index: number) => number = () => 1,
): Picture {
  const [h, w] = [Math.min(height, rows), Math.min(width, columns)];
  const row = cells(rows, h);
  const column = cells(columns, w);
  const values = new Float32Array(h * w);
  const { bytes } = bits;
  for (let r = 0; r < rows; r++) {
    const line = row[r] * w;
    for (let c = 0, index = (top + r) * stride + left; c < columns; c++, index++) {
      if (((bytes[index >> 3] >> (index & 7)) & 1) === 1) values[line + column[c]] += of(index);
    }
  }
  const inRow = sizes(row, h);
  const inColumn = sizes(column, w);
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) values[y * w + x] /= inRow[y] * inColumn[x];
  return { width: w, height: h, values };
}

/** Kept weights of each input of a dense layer, summed over its units: where it looks. Counts, one an input. */
export function keptPerInput(bits: Bits, units: number, inputs: number): Uint32Array {
  const counts = new Uint32Array(inputs);
  const { bytes } = bits;
  for (let unit = 0, index = 0; unit < units; unit++) {
    for (let input = 0; input < inputs; input++, index++) counts[input] += (bytes[index >> 3] >> (index & 7)) & 1;
  }
  return counts;
}

/** Inputs and units that keep a weight at all. */
export function inUse(bits: Bits, units: number, inputs: number): { units: number; inputs: number } {
  const unit = new Uint8Array(units);
  const input = new Uint8Array(inputs);
  const { bytes } = bits;
  for (let u = 0, index = 0; u < units; u++) {
    for (let i = 0; i < inputs; i++, index++) {
      if (((bytes[index >> 3] >> (index & 7)) & 1) === 1) unit[u] = input[i] = 1;
    }
  }
  const sum = (flags: Uint8Array): number => flags.reduce((total, flag) => total + flag, 0);
  return { units: sum(unit), inputs: sum(input) };
}

/** The size of a present weight that is drawn in full ink: twice their root mean square. */
export function fullSize(bits: Bits, weights: Float32Array): number {
  let sum = 0;
  let count = 0;
  const { bytes } = bits;
  for (let index = 0; index < weights.length; index++) {
    if (((bytes[index >> 3] >> (index & 7)) & 1) === 0) continue;
    sum += weights[index] * weights[index];
    count++;
  }
  return count === 0 || sum === 0 ? 1 : 2 * Math.sqrt(sum / count);
}
