/**
 * The same products where a layer stores every weight: each value read is used by four rows at once. Sums run in the
 * order of the sparse kernels, so the bits are theirs too. `rows` is a multiple of four.
 */
import { sumsOfFour } from './lanes';

/**
 * Sums of products, of each position's values at `offsets` with the weights in `panels`: a panel holds `depth` weights of
 * four rows, side by side. `first` is what each row's sum begins with, or 0: then sums go on from what is in `y`. At the
 * end: see `settle`. Where `copy` is not 0 there is room for `depth` times 36 bytes: values are laid side by side there
 * before so many rows read them that it pays, since where they come from they share few places of the fastest cache.
 */
export function denseProduct(
  rows: i32,
  depth: i32,
  offsets: usize,
  panels: usize,
  first: usize,
  x: usize,
  y: usize,
  stride: usize,
  relu: i32,
  accumulate: i32,
  mask: usize,
  height: i32,
  across: i32,
  xDown: usize,
  xRight: usize,
  yDown: usize,
  yRight: usize,
  copy: usize,
): void {
  const depthBytes = (<usize>depth) << 2;
  const list = copy ? copy : offsets;
  const lastOffset = list + depthBytes;
  const lastRow = (<usize>rows) << 2;
  for (let down = 0; down < height; down++) {
    for (let right = 0; right < across; right++) {
      const at = <usize>down * yDown + <usize>right * yRight;
      for (let block: usize = 0; block < stride; block += 32) {
        let from = x + block + <usize>down * xDown + <usize>right * xRight;
        if (copy) {
          // Their offsets first, then the values.
          let to = depthBytes;
          for (let k: usize = 0; k < depthBytes; k += 4) {
            const p = from + load<u32>(offsets + k);
            store<u32>(copy + k, <u32>to);
            v128.store(copy + to, v128.load(p));
            v128.store(copy + to, v128.load(p, 16), 16);
            to += 32;
          }
          from = copy;
        }
        let to = y + block + at;
        let active = mask + block + at;
        let w = panels;
        for (let row: usize = 0; row < lastRow; row += 16) {
          let a0: v128;
          let a1: v128;
          let b0: v128;
          let b1: v128;
          let c0: v128;
          let c1: v128;
          let d0: v128;
          let d1: v128;
          if (first) {
            a0 = v128.load_splat<f32>(first + row);
            a1 = a0;
            b0 = v128.load_splat<f32>(first + row, 4);
            b1 = b0;
            c0 = v128.load_splat<f32>(first + row, 8);
            c1 = c0;
            d0 = v128.load_splat<f32>(first + row, 12);
            d1 = d0;
          } else {
            a0 = v128.load(to);
            a1 = v128.load(to, 16);
            b0 = v128.load(to + stride);
            b1 = v128.load(to + stride, 16);
            c0 = v128.load(to + 2 * stride);
            c1 = v128.load(to + 2 * stride, 16);
            d0 = v128.load(to + 3 * stride);
            d1 = v128.load(to + 3 * stride, 16);
          }
          for (let offset = list; offset < lastOffset; offset += 4) {
            const p = from + load<u32>(offset);
            const x0 = v128.load(p);
            const x1 = v128.load(p, 16);
            const w0 = v128.load_splat<f32>(w);
            const w1 = v128.load_splat<f32>(w, 4);
            const w2 = v128.load_splat<f32>(w, 8);
            const w3 = v128.load_splat<f32>(w, 12);
            a0 = f32x4.add(a0, f32x4.mul(w0, x0));
            a1 = f32x4.add(a1, f32x4.mul(w0, x1));
            b0 = f32x4.add(b0, f32x4.mul(w1, x0));
            b1 = f32x4.add(b1, f32x4.mul(w1, x1));
            c0 = f32x4.add(c0, f32x4.mul(w2, x0));
            c1 = f32x4.add(c1, f32x4.mul(w2, x1));
            d0 = f32x4.add(d0, f32x4.mul(w3, x0));
            d1 = f32x4.add(d1, f32x4.mul(w3, x1));
            w += 16;
          }
          settle(to, a0, a1, relu, accumulate, mask, active);
          to += stride;
          active += stride;
          settle(to, b0, b1, relu, accumulate, mask, active);
          to += stride;
          active += stride;
          settle(to, c0, c1, relu, accumulate, mask, active);
          to += stride;
          active += stride;
          settle(to, d0, d1, relu, accumulate, mask, active);
          to += stride;
          active += stride;
        }
      }
    }
  }
}

/** Panels of transposed rows that follow one another in `weights`: of each, `depth` weights of the first, by pairs whose second word says where. */
export function panelsOfColumns(rows: i32, depth: i32, entries: usize, weights: usize, panels: usize): void {
  for (let row = 0; row < rows; row += 4) {
    for (let k = entries, last = entries + ((<usize>depth) << 3); k < last; k += 8) {
      v128.store(panels, v128.load(weights + load<u32>(k, 4)));
      panels += 16;
    }
    weights += 16;
  }
}

/** Writes two sums, added to what is there where `accumulate`, and only where `active` is above 0 if there is a `mask`. */
// @ts-ignore: decorator
@inline
function settle(to: usize, first: v128, second: v128, relu: i32, accumulate: i32, mask: usize, active: usize): void {
  const zero = f32x4.splat(0);
  let a = first;
  let b = second;
  // pmax(a, 0) keeps a NaN, so that divergence shows.
  if (relu) {
    a = f32x4.pmax(a, zero);
    b = f32x4.pmax(b, zero);
  }
  if (accumulate) {
    a = f32x4.add(a, v128.load(to));
    b = f32x4.add(b, v128.load(to, 16));
  }
  if (mask) {
    a = v128.and(a, f32x4.gt(v128.load(active), zero));
    b = v128.and(b, f32x4.gt(v128.load(active, 16), zero));
  }
  v128.store(to, a);
  v128.store(to, b, 16);
}

/** Two columns a turn, of four rows each: 128 bytes in `kept`; see weight-gradient.ts. `columns` is followed by a spare entry. */
export function denseWeightGradient(
  rows: i32,
  width: i32,
  columns: usize,
  gradient: usize,
  x: usize,
  dy: usize,
  stride: usize,
  height: i32,
  across: i32,
  xDown: usize,
  xRight: usize,
  dyDown: usize,
  dyRight: usize,
  kept: usize,
): void {
  const zero = f32x4.splat(0);
  const rowBytes = (<usize>width) << 2;
  const lastColumn = columns + rowBytes;
  for (let down = 0; down < height; down++) {
    const isFirst = down == 0;
    const isLast = down == height - 1;
    const from = x + <usize>down * xDown;
    let slopes = dy + <usize>down * dyDown;
    let rowGradient = gradient;
    let sums = kept;
    for (let r = 0; r < rows; r += 4) {
      let g = rowGradient;
      for (let column = columns; column < lastColumn; column += 8) {
        let first = from + load<u32>(column);
        let second = from + load<u32>(column, 4);
        let a0 = zero;
        let a1 = zero;
        let b0 = zero;
        let b1 = zero;
        let c0 = zero;
        let c1 = zero;
        let d0 = zero;
        let d1 = zero;
        if (!isFirst) {
          a0 = v128.load(sums);
          a1 = v128.load(sums, 16);
          b0 = v128.load(sums, 32);
          b1 = v128.load(sums, 48);
          c0 = v128.load(sums, 64);
          c1 = v128.load(sums, 80);
          d0 = v128.load(sums, 96);
          d1 = v128.load(sums, 112);
        }
        let position = slopes;
        for (let right = 0; right < across; right++) {
          let p = first;
          let q = second;
          let s = position;
          const last = s + stride;
          let t = last + stride;
          let u = t + stride;
          for (let v = last; s < last; v += 16) {
            const x0 = v128.load(p);
            const x1 = v128.load(q);
            const w0 = v128.load(s);
            const w1 = v128.load(v);
            const w2 = v128.load(t);
            const w3 = v128.load(u);
            a0 = f32x4.add(a0, f32x4.mul(w0, x0));
            a1 = f32x4.add(a1, f32x4.mul(w0, x1));
            b0 = f32x4.add(b0, f32x4.mul(w1, x0));
            b1 = f32x4.add(b1, f32x4.mul(w1, x1));
            c0 = f32x4.add(c0, f32x4.mul(w2, x0));
            c1 = f32x4.add(c1, f32x4.mul(w2, x1));
            d0 = f32x4.add(d0, f32x4.mul(w3, x0));
            d1 = f32x4.add(d1, f32x4.mul(w3, x1));
            p += 16;
            q += 16;
            s += 16;
            t += 16;
            u += 16;
          }
          first += xRight;
          second += xRight;
          position += dyRight;
        }
        if (isLast) {
          const ab = sumsOfFour(a0, a1, b0, b1);
          const cd = sumsOfFour(c0, c1, d0, d1);
          const g1 = g + rowBytes;
          const g2 = g1 + rowBytes;
          const g3 = g2 + rowBytes;
          v128.store_lane<f32>(g, ab, 0);
          v128.store_lane<f32>(g1, ab, 2);
          v128.store_lane<f32>(g2, cd, 0);
          v128.store_lane<f32>(g3, cd, 2);
          // The last of an odd number of columns stands alone.
          if (column + 4 < lastColumn) {
            v128.store_lane<f32>(g, ab, 1, 4);
            v128.store_lane<f32>(g1, ab, 3, 4);
            v128.store_lane<f32>(g2, cd, 1, 4);
            v128.store_lane<f32>(g3, cd, 3, 4);
          }
        } else {
          v128.store(sums, a0);
          v128.store(sums, a1, 16);
          v128.store(sums, b0, 32);
          v128.store(sums, b1, 48);
          v128.store(sums, c0, 64);
          v128.store(sums, c1, 80);
          v128.store(sums, d0, 96);
          v128.store(sums, d1, 112);
        }
        sums += 128;
        g += 8;
      }
      rowGradient += rowBytes << 2;
      slopes += stride << 2;
    }
  }
}
