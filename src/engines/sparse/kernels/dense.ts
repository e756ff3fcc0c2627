/**
 * The same products where a layer stores every weight: each value read is used by four rows at once. Sums run in the
 * order of the sparse kernels, so the bits are theirs too. `rows` is a multiple of four.
 */
import { sumsOfFour } from './lanes';

/** `width` weights a row; all rows share `columns`. See forward.ts. */
export function denseForward(
  rows: i32,
  width: i32,
  columns: usize,
  weights: usize,
  bias: usize,
  x: usize,
  y: usize,
  stride: usize,
  relu: i32,
  height: i32,
  across: i32,
  xDown: usize,
  xRight: usize,
  yDown: usize,
  yRight: usize,
): void {
  const zero = f32x4.splat(0);
  const rowBytes = (<usize>width) << 2;
  const lastColumn = columns + rowBytes;
  const lastBias = bias + ((<usize>rows) << 2);
  for (let block: usize = 0; block < stride; block += 32) {
    for (let down = 0; down < height; down++) {
      for (let right = 0; right < across; right++) {
        const from = x + block + <usize>down * xDown + <usize>right * xRight;
        let to = y + block + <usize>down * yDown + <usize>right * yRight;
        let w = weights;
        for (let b = bias; b < lastBias; b += 16) {
          let a0 = v128.load_splat<f32>(b);
          let a1 = a0;
          let b0 = v128.load_splat<f32>(b, 4);
          let b1 = b0;
          let c0 = v128.load_splat<f32>(b, 8);
          let c1 = c0;
          let d0 = v128.load_splat<f32>(b, 12);
          let d1 = d0;
          let k0 = w;
          let k1 = k0 + rowBytes;
          let k2 = k1 + rowBytes;
          let k3 = k2 + rowBytes;
          w = k3 + rowBytes;
          for (let column = columns; column < lastColumn; column += 4) {
            const p = from + load<u32>(column);
            const x0 = v128.load(p);
            const x1 = v128.load(p, 16);
            const w0 = v128.load_splat<f32>(k0);
            const w1 = v128.load_splat<f32>(k1);
            const w2 = v128.load_splat<f32>(k2);
            const w3 = v128.load_splat<f32>(k3);
            a0 = f32x4.add(a0, f32x4.mul(w0, x0));
            a1 = f32x4.add(a1, f32x4.mul(w0, x1));
            b0 = f32x4.add(b0, f32x4.mul(w1, x0));
            b1 = f32x4.add(b1, f32x4.mul(w1, x1));
            c0 = f32x4.add(c0, f32x4.mul(w2, x0));
            c1 = f32x4.add(c1, f32x4.mul(w2, x1));
            d0 = f32x4.add(d0, f32x4.mul(w3, x0));
            d1 = f32x4.add(d1, f32x4.mul(w3, x1));
            k0 += 4;
            k1 += 4;
            k2 += 4;
            k3 += 4;
          }
          if (relu) {
            a0 = f32x4.pmax(a0, zero);
            a1 = f32x4.pmax(a1, zero);
            b0 = f32x4.pmax(b0, zero);
            b1 = f32x4.pmax(b1, zero);
            c0 = f32x4.pmax(c0, zero);
            c1 = f32x4.pmax(c1, zero);
            d0 = f32x4.pmax(d0, zero);
            d1 = f32x4.pmax(d1, zero);
          }
          v128.store(to, a0);
          v128.store(to, a1, 16);
          to += stride;
          v128.store(to, b0);
          v128.store(to, b1, 16);
          to += stride;
          v128.store(to, c0);
          v128.store(to, c1, 16);
          to += stride;
          v128.store(to, d0);
          v128.store(to, d1, 16);
          to += stride;
        }
      }
    }
  }
}

/**
 * The entries of four rows that follow one another name the same gradients, and weights that follow one another: the
 * first row's are read for all four. See input-gradient.ts.
 */
export function denseInputGradient(
  rows: i32,
  starts: usize,
  entries: usize,
  weights: usize,
  dy: usize,
  dx: usize,
  stride: usize,
  accumulate: i32,
  mask: usize,
  height: i32,
  width: i32,
  dyDown: usize,
  dyRight: usize,
  dxDown: usize,
  dxRight: usize,
): void {
  const lastStart = starts + ((<usize>rows) << 2);
  const zero = f32x4.splat(0);
  for (let block: usize = 0; block < stride; block += 32) {
    for (let down = 0; down < height; down++) {
      for (let right = 0; right < width; right++) {
        const from = dy + block + <usize>down * dyDown + <usize>right * dyRight;
        const at = block + <usize>down * dxDown + <usize>right * dxRight;
        let to = dx + at;
        let active = mask + at;
        for (let start = starts; start < lastStart; start += 16) {
          const end = entries + ((<usize>load<u32>(start, 4)) << 3);
          let a0 = zero;
          let a1 = zero;
          let b0 = zero;
          let b1 = zero;
          let c0 = zero;
          let c1 = zero;
          let d0 = zero;
          let d1 = zero;
          for (let k = entries + ((<usize>load<u32>(start)) << 3); k < end; k += 8) {
            const p = from + load<u32>(k);
            const w = weights + load<u32>(k, 4);
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
          }
          settle(to, a0, accumulate, mask, active);
          settle(to + 16, a1, accumulate, mask, active + 16);
          to += stride;
          active += stride;
          settle(to, b0, accumulate, mask, active);
          settle(to + 16, b1, accumulate, mask, active + 16);
          to += stride;
          active += stride;
          settle(to, c0, accumulate, mask, active);
          settle(to + 16, c1, accumulate, mask, active + 16);
          to += stride;
          active += stride;
          settle(to, d0, accumulate, mask, active);
          settle(to + 16, d1, accumulate, mask, active + 16);
          to += stride;
          active += stride;
        }
      }
    }
  }
}

/** Writes a sum, added to what is there where `accumulate`, and only where `active` is above 0 if there is a `mask`. */
// @ts-ignore: decorator
@inline
function settle(to: usize, sum: v128, accumulate: i32, mask: usize, active: usize): void {
  let result = sum;
  if (accumulate) result = f32x4.add(result, v128.load(to));
  if (mask) result = v128.and(result, f32x4.gt(v128.load(active), f32x4.splat(0)));
  v128.store(to, result);
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
