/**
 * The products of a layer that stores every weight and reads data whose values are mostly zeros, over lists of those that
 * are not (background.ts). Weights lie in panels: of sixteen rows (of four, where fewer are left) feature after feature,
 * so that one value meets its weight of each row side by side. `rows` is a multiple of four. Sums run in the order of
 * forward.ts and weight-gradient.ts.
 */

/** Bytes of a wide panel's weights of one feature. */
const WIDE: usize = 64;

/** The background's part of each row's result: see `foldBackground`. */
export function foldPanels(rows: i32, features: i32, weights: usize, bias: usize, background: f32, folded: usize): void {
  const factor = f32x4.splat(background);
  const end = (<usize>rows) << 2;
  const zero = f32x4.splat(0);
  let row: usize = 0;
  for (; row + WIDE <= end; row += WIDE) {
    let a = zero;
    let b = zero;
    let c = zero;
    let d = zero;
    for (const last = weights + <usize>features * WIDE; weights < last; weights += WIDE) {
      a = f32x4.add(a, v128.load(weights));
      b = f32x4.add(b, v128.load(weights, 16));
      c = f32x4.add(c, v128.load(weights, 32));
      d = f32x4.add(d, v128.load(weights, 48));
    }
    v128.store(folded + row, f32x4.add(v128.load(bias + row), f32x4.mul(factor, a)));
    v128.store(folded + row, f32x4.add(v128.load(bias + row, 16), f32x4.mul(factor, b)), 16);
    v128.store(folded + row, f32x4.add(v128.load(bias + row, 32), f32x4.mul(factor, c)), 32);
    v128.store(folded + row, f32x4.add(v128.load(bias + row, 48), f32x4.mul(factor, d)), 48);
  }
  for (; row < end; row += 16) {
    let a = zero;
    for (const last = weights + ((<usize>features) << 4); weights < last; weights += 16) a = f32x4.add(a, v128.load(weights));
    v128.store(folded + row, f32x4.add(v128.load(bias + row), f32x4.mul(factor, a)));
  }
}

/** Outputs of `count` examples, their rows one behind the other at `y`, from each one's pairs (feature, value). */
export function panelForward(
  rows: i32,
  features: i32,
  count: i32,
  entries: usize,
  firsts: usize,
  weights: usize,
  bias: usize,
  y: usize,
  relu: i32,
): void {
  const zero = f32x4.splat(0);
  const end = (<usize>rows) << 2;
  const lastFirst = firsts + ((<usize>count) << 2);
  let row: usize = 0;
  for (; row + WIDE <= end; row += WIDE) {
    const b0 = v128.load(bias + row);
    const b1 = v128.load(bias + row, 16);
    const b2 = v128.load(bias + row, 32);
    const b3 = v128.load(bias + row, 48);
    let to = y + row;
    let at = entries;
    for (let first = firsts; first < lastFirst; first += 4) {
      const last = entries + ((<usize>load<u32>(first, 4)) << 3);
      let a0 = b0;
      let a1 = b1;
      let a2 = b2;
      let a3 = b3;
      for (; at < last; at += 8) {
        const value = v128.load_splat<f32>(at, 4);
        const w = weights + ((<usize>load<u32>(at)) << 6);
        a0 = f32x4.add(a0, f32x4.mul(v128.load(w), value));
        a1 = f32x4.add(a1, f32x4.mul(v128.load(w, 16), value));
        a2 = f32x4.add(a2, f32x4.mul(v128.load(w, 32), value));
        a3 = f32x4.add(a3, f32x4.mul(v128.load(w, 48), value));
      }
      if (relu) {
        // pmax(a, 0) keeps a NaN, so that divergence shows.
        a0 = f32x4.pmax(a0, zero);
        a1 = f32x4.pmax(a1, zero);
        a2 = f32x4.pmax(a2, zero);
        a3 = f32x4.pmax(a3, zero);
      }
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
      to += end;
    }
    weights += <usize>features * WIDE;
  }
  for (; row < end; row += 16) {
    const b = v128.load(bias + row);
    let to = y + row;
    let at = entries;
    for (let first = firsts; first < lastFirst; first += 4) {
      const last = entries + ((<usize>load<u32>(first, 4)) << 3);
      let a = b;
      for (; at < last; at += 8) {
        a = f32x4.add(a, f32x4.mul(v128.load(weights + ((<usize>load<u32>(at)) << 4)), v128.load_splat<f32>(at, 4)));
      }
      if (relu) a = f32x4.pmax(a, zero);
      v128.store(to, a);
      to += end;
    }
    weights += (<usize>features) << 4;
  }
}

/** Panels that take turns at each feature: what they read of all examples stays in the fastest cache. */
const TOGETHER: usize = 6;

/**
 * The gradient by each weight, in panels like the weights, from each feature's four lists of pairs (example, value) and the
 * slopes at `dy`, the rows of one example one behind the other; to each is added `background` times its row's number in
 * `slopes`.
 */
export function panelWeightGradient(
  rows: i32,
  features: i32,
  entries: usize,
  firsts: usize,
  gradient: usize,
  dy: usize,
  background: f32,
  slopes: usize,
): void {
  const end = (<usize>rows) << 2;
  const panel = <usize>features * WIDE;
  const lastList = firsts + ((<usize>features) << 4);
  let row: usize = 0;
  while (row + WIDE <= end) {
    const last = min(row + TOGETHER * WIDE, end - (end % WIDE));
    let to = gradient;
    for (let list = firsts; list < lastList; list += 16) {
      let g = to;
      for (let r = row; r < last; r += WIDE) {
        wideGradient(list, entries, dy + r, end, background, slopes + r, g);
        g += panel;
      }
      to += WIDE;
    }
    gradient += panel * ((last - row) / WIDE);
    row = last;
  }
  for (; row < end; row += 16) {
    const rest = f32x4.mul(f32x4.splat(background), v128.load(slopes + row));
    for (let list = firsts; list < lastList; list += 16) {
      const ab = f32x4.add(sumOfList(list, entries, dy + row, end), sumOfList(list + 4, entries, dy + row, end));
      const cd = f32x4.add(sumOfList(list + 8, entries, dy + row, end), sumOfList(list + 12, entries, dy + row, end));
      v128.store(gradient, f32x4.add(f32x4.add(ab, cd), rest));
      gradient += 16;
    }
  }
}

/** One feature's gradients of sixteen rows. */
// @ts-ignore: decorator
@inline
function wideGradient(list: usize, entries: usize, dy: usize, example: usize, background: f32, slopes: usize, to: usize): void {
  const zero = f32x4.splat(0);
  let at = entries + ((<usize>load<u32>(list)) << 3);
  let t0 = zero;
  let t1 = zero;
  let t2 = zero;
  let t3 = zero;
  let u0 = zero;
  let u1 = zero;
  let u2 = zero;
  let u3 = zero;
  for (let lane: usize = 0; lane < 16; lane += 4) {
    const last = entries + ((<usize>load<u32>(list + lane, 4)) << 3);
    let a0 = zero;
    let a1 = zero;
    let a2 = zero;
    let a3 = zero;
    for (; at < last; at += 8) {
      const value = v128.load_splat<f32>(at, 4);
      const slope = dy + <usize>load<u32>(at) * example;
      a0 = f32x4.add(a0, f32x4.mul(v128.load(slope), value));
      a1 = f32x4.add(a1, f32x4.mul(v128.load(slope, 16), value));
      a2 = f32x4.add(a2, f32x4.mul(v128.load(slope, 32), value));
      a3 = f32x4.add(a3, f32x4.mul(v128.load(slope, 48), value));
    }
    // (l0 + l1) + (l2 + l3), as everywhere.
    if (lane < 8) {
      t0 = f32x4.add(t0, a0);
      t1 = f32x4.add(t1, a1);
      t2 = f32x4.add(t2, a2);
      t3 = f32x4.add(t3, a3);
    } else {
      u0 = f32x4.add(u0, a0);
      u1 = f32x4.add(u1, a1);
      u2 = f32x4.add(u2, a2);
      u3 = f32x4.add(u3, a3);
    }
  }
  const factor = f32x4.splat(background);
  v128.store(to, f32x4.add(f32x4.add(t0, u0), f32x4.mul(factor, v128.load(slopes))));
  v128.store(to, f32x4.add(f32x4.add(t1, u1), f32x4.mul(factor, v128.load(slopes, 16))), 16);
  v128.store(to, f32x4.add(f32x4.add(t2, u2), f32x4.mul(factor, v128.load(slopes, 32))), 32);
  v128.store(to, f32x4.add(f32x4.add(t3, u3), f32x4.mul(factor, v128.load(slopes, 48))), 48);
}

// @ts-ignore: decorator
@inline
function sumOfList(list: usize, entries: usize, dy: usize, example: usize): v128 {
  const last = entries + ((<usize>load<u32>(list, 4)) << 3);
  let a = f32x4.splat(0);
  for (let at = entries + ((<usize>load<u32>(list)) << 3); at < last; at += 8) {
    a = f32x4.add(a, f32x4.mul(v128.load(dy + <usize>load<u32>(at) * example), v128.load_splat<f32>(at, 4)));
  }
  return a;
}

/** Turns rows of `columns` numbers into columns; both counts are multiples of four, the strides are bytes. */
export function transpose(rows: i32, columns: i32, from: usize, fromStride: usize, to: usize, toStride: usize): void {
  const width = (<usize>columns) << 2;
  for (let row = 0; row < rows; row += 4) {
    let next = to + ((<usize>row) << 2);
    for (let at = from; at < from + width; at += 16) {
      const a = v128.load(at);
      const b = v128.load(at + fromStride);
      const c = v128.load(at + 2 * fromStride);
      const d = v128.load(at + 3 * fromStride);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(next, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(next + toStride, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      v128.store(next + 2 * toStride, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5));
      v128.store(next + 3 * toStride, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7));
      next += 4 * toStride;
    }
    from += 4 * fromStride;
  }
}
