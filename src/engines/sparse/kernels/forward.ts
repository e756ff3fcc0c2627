/**
 * y = W x + bias over the kept weights only: a dense layer, or a convolution as one such product a position.
 * Compressed rows: row r's weights are `weights[starts[r] .. starts[r+1]]`, each with the byte offset of its feature in
 * `columns`. Eight accumulators hold 32 examples while a row's weights pass by, two a turn.
 *
 * Conditions that always hold (`if (p)`) stand between groups of four loads here and in the other kernels: V8 moves all
 * loads of a block before its arithmetic, and more than fifteen values in flight would go through the stack, which took
 * half as long again.
 */
export function forward(
  rows: i32,
  starts: usize,
  columns: usize,
  weights: usize,
  bias: usize,
  x: usize,
  y: usize,
  stride: usize,
  relu: i32,
  height: i32,
  width: i32,
  xDown: usize,
  xRight: usize,
  yDown: usize,
  yRight: usize,
): void {
  const lastStart = starts + ((<usize>rows) << 2);
  const zero = f32x4.splat(0);
  for (let down = 0; down < height; down++) {
    for (let right = 0; right < width; right++) {
      for (let block: usize = 0; block < stride; block += 128) {
        const from = x + block + <usize>down * xDown + <usize>right * xRight;
        let to = y + block + <usize>down * yDown + <usize>right * yRight;
        let nextBias = bias;
        for (let start = starts; start < lastStart; start += 4) {
          let k = (<usize>load<u32>(start)) << 2;
          const end = (<usize>load<u32>(start, 4)) << 2;
          const b = v128.load_splat<f32>(nextBias);
          let a0 = b;
          let a1 = b;
          let a2 = b;
          let a3 = b;
          let a4 = b;
          let a5 = b;
          let a6 = b;
          let a7 = b;
          for (; k + 4 < end; k += 8) {
            let w = v128.load_splat<f32>(weights + k);
            let p = from + load<u32>(columns + k);
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
            w = v128.load_splat<f32>(weights + k, 4);
            p = from + load<u32>(columns + k, 4);
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
            const w = v128.load_splat<f32>(weights + k);
            const p = from + load<u32>(columns + k);
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
            // pmax(a, 0) keeps a NaN, so that divergence shows.
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
  }
}
