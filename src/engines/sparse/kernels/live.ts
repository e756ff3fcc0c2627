/** The products of a layer that reads mostly background, over the pairs of background.ts: (byte offset of a feature, of its weight). */
import { sumsOfFour } from './lanes';

/** y = W x + bias over each row's pairs; see forward.ts. */
export function liveForward(
  rows: i32,
  firsts: usize,
  entries: usize,
  weights: usize,
  bias: usize,
  x: usize,
  y: usize,
  stride: usize,
  relu: i32,
): void {
  const lastFirst = firsts + ((<usize>rows) << 2);
  const zero = f32x4.splat(0);
  for (let block: usize = 0; block < stride; block += 128) {
    const from = x + block;
    let to = y + block;
    let nextBias = bias;
    for (let first = firsts; first < lastFirst; first += 4) {
      let k = entries + ((<usize>load<u32>(first)) << 3);
      const end = entries + ((<usize>load<u32>(first, 4)) << 3);
      const b = v128.load_splat<f32>(nextBias);
      let a0 = b;
      let a1 = b;
      let a2 = b;
      let a3 = b;
      let a4 = b;
      let a5 = b;
      let a6 = b;
      let a7 = b;
      for (; k + 8 < end; k += 16) {
        let w = v128.load_splat<f32>(weights + load<u32>(k, 4));
        let p = from + load<u32>(k);
        if (p) {
          a0 = f32x4.add(a0, f32x4.mul(w, v128.load(p)));
          a1 = f32x4.add(a1, f32x4.mul(w, v128.load(p, 16)));
          a2 = f32x4.add(a2, f32x4.mul(w, v128.load(p, 32)));
          a3 = f32x4.add(a3, f32x4.mul(w, v128.load(p, 48)));
        }
        if (k < end) {
          a4 = f32x4.add(a4, f32x4.mul(w, v128.load(p, 64)));
          a5 = f32x4.add(a5, f32x4.mul(w, v128.load(p, 80)));
          a6 = f32x4.add(a6, f32x4.mul(w, v128.load(p, 96)));
          a7 = f32x4.add(a7, f32x4.mul(w, v128.load(p, 112)));
        }
        w = v128.load_splat<f32>(weights + load<u32>(k, 12));
        p = from + load<u32>(k, 8);
        if (p) {
          a0 = f32x4.add(a0, f32x4.mul(w, v128.load(p)));
          a1 = f32x4.add(a1, f32x4.mul(w, v128.load(p, 16)));
          a2 = f32x4.add(a2, f32x4.mul(w, v128.load(p, 32)));
          a3 = f32x4.add(a3, f32x4.mul(w, v128.load(p, 48)));
        }
        a4 = f32x4.add(a4, f32x4.mul(w, v128.load(p, 64)));
        a5 = f32x4.add(a5, f32x4.mul(w, v128.load(p, 80)));
        a6 = f32x4.add(a6, f32x4.mul(w, v128.load(p, 96)));
        a7 = f32x4.add(a7, f32x4.mul(w, v128.load(p, 112)));
      }
      if (k < end) {
        const w = v128.load_splat<f32>(weights + load<u32>(k, 4));
        const p = from + load<u32>(k);
        if (p) {
          a0 = f32x4.add(a0, f32x4.mul(w, v128.load(p)));
          a1 = f32x4.add(a1, f32x4.mul(w, v128.load(p, 16)));
          a2 = f32x4.add(a2, f32x4.mul(w, v128.load(p, 32)));
          a3 = f32x4.add(a3, f32x4.mul(w, v128.load(p, 48)));
        }
        a4 = f32x4.add(a4, f32x4.mul(w, v128.load(p, 64)));
        a5 = f32x4.add(a5, f32x4.mul(w, v128.load(p, 80)));
        a6 = f32x4.add(a6, f32x4.mul(w, v128.load(p, 96)));
        a7 = f32x4.add(a7, f32x4.mul(w, v128.load(p, 112)));
      }
      if (relu) {
        a0 = f32x4.pmax(a0, zero);
        a1 = f32x4.pmax(a1, zero);
        a2 = f32x4.pmax(a2, zero);
        a3 = f32x4.pmax(a3, zero);
        a4 = f32x4.pmax(a4, zero);
        a5 = f32x4.pmax(a5, zero);
        a6 = f32x4.pmax(a6, zero);
        a7 = f32x4.pmax(a7, zero);
      }
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
      v128.store(to, a4, 64);
      v128.store(to, a5, 80);
      v128.store(to, a6, 96);
      v128.store(to, a7, 112);
      to += stride;
      nextBias += 4;
    }
  }
}

/**
 * The gradient by the trained weights `starts[r] .. ends[r]` of each row: of the row's pairs `firsts[r] .. lasts[r]` as
 * weight-gradient.ts has it, 0 of all others; and to each is added what the background, the same in every example, adds:
 * `background` times the row's number in `slopes`. Four pairs at a time; `entries` is followed by three spare ones.
 */
export function liveWeightGradient(
  rows: i32,
  starts: usize,
  ends: usize,
  firsts: usize,
  lasts: usize,
  entries: usize,
  gradient: usize,
  x: usize,
  dy: usize,
  stride: usize,
  background: f32,
  slopes: usize,
): void {
  const zero = f32x4.splat(0);
  const lastRow = (<usize>rows) << 2;
  for (let r: usize = 0; r < lastRow; r += 4) {
    const rest = f32x4.splat(background * load<f32>(slopes + r));
    const none = f32x4.add(zero, rest);
    const endOfRow = gradient + ((<usize>load<u32>(ends + r)) << 2);
    for (let g = gradient + ((<usize>load<u32>(starts + r)) << 2); g < endOfRow; g += 16) v128.store(g, none);
    const last = dy + stride;
    const end = entries + ((<usize>load<u32>(lasts + r)) << 3);
    for (let k = entries + ((<usize>load<u32>(firsts + r)) << 3); k < end; k += 32) {
      let p0 = x + load<u32>(k);
      let p1 = x + load<u32>(k, 8);
      let p2 = x + load<u32>(k, 16);
      let p3 = x + load<u32>(k, 24);
      let a0 = zero;
      let a1 = zero;
      let a2 = zero;
      let a3 = zero;
      for (let slope = dy; slope < last; slope += 64) {
        // Always so: see forward.ts.
        if (slope) {
          const d = v128.load(slope);
          const e = v128.load(slope, 16);
          a0 = f32x4.add(f32x4.add(a0, f32x4.mul(d, v128.load(p0))), f32x4.mul(e, v128.load(p0, 16)));
          a1 = f32x4.add(f32x4.add(a1, f32x4.mul(d, v128.load(p1))), f32x4.mul(e, v128.load(p1, 16)));
          a2 = f32x4.add(f32x4.add(a2, f32x4.mul(d, v128.load(p2))), f32x4.mul(e, v128.load(p2, 16)));
          a3 = f32x4.add(f32x4.add(a3, f32x4.mul(d, v128.load(p3))), f32x4.mul(e, v128.load(p3, 16)));
        }
        const d = v128.load(slope, 32);
        const e = v128.load(slope, 48);
        a0 = f32x4.add(f32x4.add(a0, f32x4.mul(d, v128.load(p0, 32))), f32x4.mul(e, v128.load(p0, 48)));
        a1 = f32x4.add(f32x4.add(a1, f32x4.mul(d, v128.load(p1, 32))), f32x4.mul(e, v128.load(p1, 48)));
        a2 = f32x4.add(f32x4.add(a2, f32x4.mul(d, v128.load(p2, 32))), f32x4.mul(e, v128.load(p2, 48)));
        a3 = f32x4.add(f32x4.add(a3, f32x4.mul(d, v128.load(p3, 32))), f32x4.mul(e, v128.load(p3, 48)));
        p0 += 64;
        p1 += 64;
        p2 += 64;
        p3 += 64;
      }
      const found = f32x4.add(sumsOfFour(a0, a1, a2, a3), rest);
      v128.store_lane<f32>(gradient + load<u32>(k, 4), found, 0);
      if (k + 8 < end) v128.store_lane<f32>(gradient + load<u32>(k, 12), found, 1);
      if (k + 16 < end) v128.store_lane<f32>(gradient + load<u32>(k, 20), found, 2);
      if (k + 24 < end) v128.store_lane<f32>(gradient + load<u32>(k, 28), found, 3);
    }
    dy += stride;
  }
}
