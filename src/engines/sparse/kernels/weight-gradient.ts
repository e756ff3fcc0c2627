import { sumOf, sumsOfFour } from './lanes';

/**
 * The gradient by the weights that are trained: for each, a product of two features summed over batch and positions.
 * Row r's weights are `starts[r] .. ends[r]`. Four weights at a time: what those compute and write beyond a row's end is
 * written again by the next row, so rows must ascend, and `gradient` and `columns` are followed by spare entries.
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
  if (height * width == 1) ofOnePosition(rows, starts, ends, columns, gradient, x, dy, stride);
  else ofManyPositions(rows, starts, ends, columns, gradient, x, dy, stride, height, width, xDown, xRight, dyDown, dyRight);
}

/** Apart from the other, so that all of its inner loop stays in registers. */
function ofOnePosition(
  rows: i32,
  starts: usize,
  ends: usize,
  columns: usize,
  gradient: usize,
  x: usize,
  dy: usize,
  stride: usize,
): void {
  const zero = f32x4.splat(0);
  const lastRow = (<usize>rows) << 2;
  for (let r: usize = 0; r < lastRow; r += 4) {
    const last = dy + stride;
    const end = (<usize>load<u32>(ends + r)) << 2;
    for (let k = (<usize>load<u32>(starts + r)) << 2; k < end; k += 16) {
      let p0 = x + load<u32>(columns + k);
      let p1 = x + load<u32>(columns + k, 4);
      let p2 = x + load<u32>(columns + k, 8);
      let p3 = x + load<u32>(columns + k, 12);
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
      v128.store(gradient + k, sumsOfFour(a0, a1, a2, a3));
    }
    dy += stride;
  }
}

function ofManyPositions(
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
  const lastRow = (<usize>rows) << 2;
  for (let r: usize = 0; r < lastRow; r += 4) {
    const end = (<usize>load<u32>(ends + r)) << 2;
    for (let k = (<usize>load<u32>(starts + r)) << 2; k < end; k += 16) {
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
          const at = <usize>down * xDown + <usize>right * xRight;
          let p0 = c0 + at;
          let p1 = c1 + at;
          let p2 = c2 + at;
          let p3 = c3 + at;
          let slope = dy + <usize>down * dyDown + <usize>right * dyRight;
          for (const last = slope + stride; slope < last; slope += 64) {
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
