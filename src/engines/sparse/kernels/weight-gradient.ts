import { sumOf, sumsOfFour } from './lanes';

/**
 * The gradient by the weights that are trained: for each, a product of two features summed over batch and positions.
 * Row r's weights are `starts[r] .. ends[r]`. Eight weights at a time, or four at a row's end: what those compute and
 * write beyond the row is written again by the next row, so rows must ascend, and `gradient` and `columns` are followed
 * by eight spare entries.
 */
export function weightGradient(
  rows: i32,
  starts: usize,
  ends: usize,
  columns: usize,
  gradient: usize,
  x: usize,
  dy: usize,
  stride: usize,
  height: i32,
  width: i32,
  xDown: usize,
  xRight: usize,
  dyDown: usize,
  dyRight: usize,
): void {
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    let k = (<usize>load<u32>(starts + ((<usize>r) << 2))) << 2;
    const end = (<usize>load<u32>(ends + ((<usize>r) << 2))) << 2;
    for (; k + 16 < end; k += 32) {
      const c0 = x + load<u32>(columns + k);
      const c1 = x + load<u32>(columns + k, 4);
      const c2 = x + load<u32>(columns + k, 8);
      const c3 = x + load<u32>(columns + k, 12);
      const c4 = x + load<u32>(columns + k, 16);
      const c5 = x + load<u32>(columns + k, 20);
      const c6 = x + load<u32>(columns + k, 24);
      const c7 = x + load<u32>(columns + k, 28);
      let a0 = zero;
      let a1 = zero;
      let a2 = zero;
      let a3 = zero;
      let a4 = zero;
      let a5 = zero;
      let a6 = zero;
      let a7 = zero;
      for (let down = 0; down < height; down++) {
        for (let right = 0; right < width; right++) {
          let at = <usize>down * xDown + <usize>right * xRight;
          let slope = dy + <usize>down * dyDown + <usize>right * dyRight;
          for (const last = slope + stride; slope < last; slope += 16, at += 16) {
            const d = v128.load(slope);
            a0 = f32x4.add(a0, f32x4.mul(d, v128.load(c0 + at)));
            a1 = f32x4.add(a1, f32x4.mul(d, v128.load(c1 + at)));
            a2 = f32x4.add(a2, f32x4.mul(d, v128.load(c2 + at)));
            a3 = f32x4.add(a3, f32x4.mul(d, v128.load(c3 + at)));
            a4 = f32x4.add(a4, f32x4.mul(d, v128.load(c4 + at)));
            a5 = f32x4.add(a5, f32x4.mul(d, v128.load(c5 + at)));
            a6 = f32x4.add(a6, f32x4.mul(d, v128.load(c6 + at)));
            a7 = f32x4.add(a7, f32x4.mul(d, v128.load(c7 + at)));
          }
        }
      }
      v128.store(gradient + k, sumsOfFour(a0, a1, a2, a3));
      v128.store(gradient + k, sumsOfFour(a4, a5, a6, a7), 16);
    }
    if (k < end) {
      const c0 = x + load<u32>(columns + k);
      const c1 = x + load<u32>(columns + k, 4);
      const c2 = x + load<u32>(columns + k, 8);
      const c3 = x + load<u32>(columns + k, 12);
      let a0 = zero;
      let a1 = zero;
      let a2 = zero;
      let a3 = zero;
      for (let down = 0; down < height; down++) {
        for (let right = 0; right < width; right++) {
          let at = <usize>down * xDown + <usize>right * xRight;
          let slope = dy + <usize>down * dyDown + <usize>right * dyRight;
          for (const last = slope + stride; slope < last; slope += 16, at += 16) {
            const d = v128.load(slope);
            a0 = f32x4.add(a0, f32x4.mul(d, v128.load(c0 + at)));
            a1 = f32x4.add(a1, f32x4.mul(d, v128.load(c1 + at)));
            a2 = f32x4.add(a2, f32x4.mul(d, v128.load(c2 + at)));
            a3 = f32x4.add(a3, f32x4.mul(d, v128.load(c3 + at)));
          }
        }
      }
      v128.store(gradient + k, sumsOfFour(a0, a1, a2, a3));
    }
    dy += stride;
  }
}

/** Gradient by a bias a row: the sum of the row's slopes over batch and positions. */
export function sumRows(rows: i32, dy: usize, sums: usize, stride: usize, height: i32, width: i32, dyDown: usize, dyRight: usize): void {
  for (let r = 0; r < rows; r++) {
    let a = f32x4.splat(0);
    for (let down = 0; down < height; down++) {
      for (let right = 0; right < width; right++) {
        let slope = dy + <usize>down * dyDown + <usize>right * dyRight;
        for (const last = slope + stride; slope < last; slope += 16) a = f32x4.add(a, v128.load(slope));
      }
    }
    store<f32>(sums + ((<usize>r) << 2), sumOf(a));
    dy += stride;
  }
}
