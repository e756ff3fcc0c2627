/** Which positions of its input a convolution's kernel meets at which of its output, as WGSL in signed and unsigned numbers. */
import type { Shape } from '../../../models/model.ts';

export interface Geometry {
  /** What is read, and what is put out. */
  readonly from: Shape;
  readonly to: Shape;
  readonly kernel: number;
  readonly stride: number;
  /** Zeros that are thought of around the input; they are not stored, and nothing is computed with them. */
  readonly padding: number;
}

/** Where a position is: declares `names[0]`, its row, and `names[1]`, its column. */
export const located = (position: string, { width }: Shape, [row, column]: readonly [string, string]): string =>
  `let ${row} = ${position} / ${width}u; let ${column} = ${position} % ${width}u;`;

/** First kernel row or column, `extent` being that of the input, that meets the image at output `o`; and the one behind the last. */
export const firstTap = (o: string, { stride, padding }: Geometry): string =>
  padding === 0 ? '0u' : `u32(max(0, ${padding} - i32(${o}) * ${stride}))`;
export const lastTap = (o: string, extent: number, { kernel, stride, padding }: Geometry): string =>
  padding === 0 ? `${kernel}u` : `u32(clamp(${extent + padding} - i32(${o}) * ${stride}, 0, ${kernel}))`;

/** First output row or column, `extent` being that of the output, that kernel row or column `k` meets the image at; and the one behind the last. */
export const firstMet = (k: string, { stride, padding }: Geometry): string =>
  padding === 0 ? '0u' : `u32(max(0, ${padding + stride - 1} - i32(${k})) / ${stride})`;
export const lastMet = (k: string, extent: number, size: number, { stride, padding }: Geometry): string =>
  `u32(clamp((${size + padding + stride - 1} - i32(${k})) / ${stride}, 0, ${extent}))`;

/**
 * A loop over the kernel rows or columns that meet input `i` at some output, `size` being that of the output; declares `tap`,
 * and `out`, the output's row or column.
 */
export const tapsOf = (i: string, size: number, { kernel, stride, padding }: Geometry, tap: string, out: string, body: string): string => `
  for (var ${tap} = max((${i} + ${padding}u) % ${stride}u, u32(max(0, i32(${i}) + ${padding - (size - 1) * stride})));
       ${tap} < ${kernel}u && ${tap} <= ${i} + ${padding}u; ${tap} += ${stride}u) {
    let ${out} = (${i} + ${padding}u - ${tap}) / ${stride}u;
    ${body}
  }`;
