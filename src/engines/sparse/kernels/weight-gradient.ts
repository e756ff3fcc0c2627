import { sumOf, sumsOfFour } from './lanes';

/**
 * The gradient by the weights that are trained: for each, a product of two features summed over batch and positions.
 * Row r's weights are `starts[r] .. ends[r]`. Four weights at a time: what those compute and write beyond a row's end is
 * written again by the next row, so rows must ascend, and `gradient` and `columns` are followed by spare entries.
 *
 * Of an image, row after row of positions, so that what all weights read of one row stays in the cache; meanwhile the
 * unfinished sums lie in `sums`, 64 bytes for every four weights of a row.
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
  sums: usize,
): void {
  if (height * width == 1) ofOnePosition(rows, starts, ends, columns, gradient, x, dy, stride);
  else ofManyPositions(rows, starts, ends, columns, gradient, x, dy, stride, height, width, xDown, xRight, dyDown, dyRight, sums);
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
  sums: usize,
): void {
  const zero = f32x4.splat(0);
  const lastRow = (<usize>rows) << 2;
  for (let down = 0; down < height; down++) {
    const isFirst = down == 0;
    const isLast = down == height - 1;
    const from = x + <usize>down * xDown;
    let firstSlope = dy + <usize>down * dyDown;
    let kept = sums;
    for (let r: usize = 0; r < lastRow; r += 4) {
      const end = (<usize>load<u32>(ends + r)) << 2;
      for (let k = (<usize>load<u32>(starts + r)) << 2; k < end; k += 16) {
        let c0 = from + load<u32>(columns + k);
        let c1 = from + load<u32>(columns + k, 4);
        let c2 = from + load<u32>(columns + k, 8);
        let c3 = from + load<u32>(columns + k, 12);
        let a0 = zero;
        let a1 = zero;
        let a2 = zero;
        let a3 = zero;
        if (!isFirst) {
          a0 = v128.load(kept);
          a1 = v128.load(kept, 16);
          a2 = v128.load(kept, 32);
          a3 = v128.load(kept, 48);
        }
        let first = firstSlope;
        for (let right = 0; right < width; right++) {
          let p0 = c0;
          let p1 = c1;
          let p2 = c2;
          let p3 = c3;
          let slope = first;
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
          c0 += xRight;
          c1 += xRight;
          c2 += xRight;
          c3 += xRight;
          first += dyRight;
        }
        if (isLast) {
          v128.store(gradient + k, sumsOfFour(a0, a1, a2, a3));
        } else {
          v128.store(kept, a0);
          v128.store(kept, a1, 16);
          v128.store(kept, a2, 32);
          v128.store(kept, a3, 48);
        }
        kept += 64;
      }
      firstSlope += stride;
    }
  }
}

/** Gradient by a bias a row: the sum of the row's slopes over batch and positions. Four rows at a time: a sum waits for its last addition. */
export function sumRows(rows: i32, dy: usize, sums: usize, stride: usize, height: i32, width: i32, dyDown: usize, dyRight: usize): void {
  const zero = f32x4.splat(0);
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    let a = zero;
    let b = zero;
    let c = zero;
    let d = zero;
    for (let down = 0; down < height; down++) {
      for (let right = 0; right < width; right++) {
        let first = dy + <usize>down * dyDown + <usize>right * dyRight;
        let second = first + stride;
        let third = second + stride;
        let fourth = third + stride;
        for (const last = second; first < last; first += 16) {
          a = f32x4.add(a, v128.load(first));
          b = f32x4.add(b, v128.load(second));
          c = f32x4.add(c, v128.load(third));
          d = f32x4.add(d, v128.load(fourth));
          second += 16;
          third += 16;
          fourth += 16;
        }
      }
    }
    v128.store(sums, sumsOfFour(a, b, c, d));
    sums += 16;
    dy += stride << 2;
  }
  for (; r < rows; r++) {
    let a = zero;
    for (let down = 0; down < height; down++) {
      for (let right = 0; right < width; right++) {
        let slope = dy + <usize>down * dyDown + <usize>right * dyRight;
        for (const last = slope + stride; slope < last; slope += 16) a = f32x4.add(a, v128.load(slope));
      }
    }
    store<f32>(sums, sumOf(a));
    sums += 4;
    dy += stride;
  }
}
