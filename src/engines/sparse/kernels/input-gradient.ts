/**
 * The gradient by a layer's inputs: the product with the transposed rows. `entries[starts[r] .. starts[r+1]]` are row r's
 * pairs (byte offset of an output's gradient, byte offset of the weight). Adds to what `dx` holds where `accumulate`;
 * where `mask` is not 0 it is the activation of those inputs, and what is not above 0 there gets no gradient (ReLU).
 */
export function inputGradient(
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
  for (let down = 0; down < height; down++) {
    for (let right = 0; right < width; right++) {
      for (let block: usize = 0; block < stride; block += 128) {
        const from = dy + block + <usize>down * dyDown + <usize>right * dyRight;
        const at = block + <usize>down * dxDown + <usize>right * dxRight;
        let to = dx + at;
        let active = mask + at;
        for (let start = starts; start < lastStart; start += 4) {
          let k = entries + ((<usize>load<u32>(start)) << 3);
          const end = entries + ((<usize>load<u32>(start, 4)) << 3);
          let a0 = zero;
          let a1 = zero;
          let a2 = zero;
          let a3 = zero;
          let a4 = zero;
          let a5 = zero;
          let a6 = zero;
          let a7 = zero;
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
          if (accumulate) {
            a0 = f32x4.add(a0, v128.load(to));
            a1 = f32x4.add(a1, v128.load(to, 16));
            a2 = f32x4.add(a2, v128.load(to, 32));
            a3 = f32x4.add(a3, v128.load(to, 48));
            a4 = f32x4.add(a4, v128.load(to, 64));
            a5 = f32x4.add(a5, v128.load(to, 80));
            a6 = f32x4.add(a6, v128.load(to, 96));
            a7 = f32x4.add(a7, v128.load(to, 112));
          }
          if (mask) {
            a0 = v128.and(a0, f32x4.gt(v128.load(active), zero));
            a1 = v128.and(a1, f32x4.gt(v128.load(active, 16), zero));
            a2 = v128.and(a2, f32x4.gt(v128.load(active, 32), zero));
            a3 = v128.and(a3, f32x4.gt(v128.load(active, 48), zero));
            a4 = v128.and(a4, f32x4.gt(v128.load(active, 64), zero));
            a5 = v128.and(a5, f32x4.gt(v128.load(active, 80), zero));
            a6 = v128.and(a6, f32x4.gt(v128.load(active, 96), zero));
            a7 = v128.and(a7, f32x4.gt(v128.load(active, 112), zero));
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
          active += stride;
        }
      }
    }
  }
}
