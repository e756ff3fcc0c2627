/**
 * Pooling over windows of `windowHeight` × `windowWidth` positions, channel by channel. A position's channels lie one
 * behind the other in `bytes` bytes; `down` and `right` lead from one window's first position to the next one's, `tapDown`
 * and `tapRight` from position to position within a window, which is passed row by row. 16 examples of a channel at a time.
 */

export function maxPool(
  bytes: usize,
  x: usize,
  y: usize,
  height: i32,
  width: i32,
  xDown: usize,
  xRight: usize,
  yDown: usize,
  yRight: usize,
  windowHeight: i32,
  windowWidth: i32,
  tapDown: usize,
  tapRight: usize,
): void {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const first = x + <usize>row * xDown + <usize>column * xRight;
      const to = y + <usize>row * yDown + <usize>column * yRight;
      for (let at: usize = 0; at < bytes; at += 32) {
        let m0 = v128.load(first + at);
        let m1 = v128.load(first + at, 16);
        let n0 = f32x4.splat(0);
        let n1 = n0;
        for (let i = 0; i < windowHeight; i++) {
          let tap = first + at + <usize>i * tapDown;
          for (let j = 0; j < windowWidth; j++) {
            const t0 = v128.load(tap);
            const t1 = v128.load(tap, 16);
            m0 = greater(m0, t0);
            m1 = greater(m1, t1);
            n0 = v128.or(n0, f32x4.ne(t0, t0));
            n1 = v128.or(n1, f32x4.ne(t1, t1));
            tap += tapRight;
          }
        }
        // All bits set are a NaN: it stays, so that divergence shows.
        v128.store(to + at, v128.or(m0, n0));
        v128.store(to + at, v128.or(m1, n1), 16);
      }
    }
  }
}

/** The greater of two, -0 being less than 0. Where one is a NaN it says nothing. */
// @ts-ignore: decorator
@inline
function greater(a: v128, b: v128): v128 {
  // Equals that differ in sign share the bits of 0. f32x4.max knows of NaNs too, and takes eight instructions on x86.
  return v128.and(f32x4.pmax(a, b), f32x4.pmax(b, a));
}

/**
 * Adds each window's slope to the gradient of its highest value, which `y` holds, of equals the first; where `masks`, only
 * if that value is above 0 (ReLU). Where no two windows share a position, `adds` may be 0: what `dx` holds is not looked at.
 */
export function maxPoolGradient(
  bytes: usize,
  x: usize,
  y: usize,
  dx: usize,
  dy: usize,
  height: i32,
  width: i32,
  xDown: usize,
  xRight: usize,
  yDown: usize,
  yRight: usize,
  windowHeight: i32,
  windowWidth: i32,
  tapDown: usize,
  tapRight: usize,
  adds: i32,
  masks: i32,
): void {
  const zero = f32x4.splat(0);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const offset = <usize>row * xDown + <usize>column * xRight;
      const from = <usize>row * yDown + <usize>column * yRight;
      for (let at: usize = 0; at < bytes; at += 32) {
        const h0 = v128.load(y + from + at);
        const h1 = v128.load(y + from + at, 16);
        let r0 = v128.load(dy + from + at);
        let r1 = v128.load(dy + from + at, 16);
        if (masks) {
          r0 = v128.and(r0, f32x4.gt(h0, zero));
          r1 = v128.and(r1, f32x4.gt(h1, zero));
        }
        for (let i = 0; i < windowHeight; i++) {
          let tap = offset + at + <usize>i * tapDown;
          for (let j = 0; j < windowWidth; j++) {
            const w0 = f32x4.eq(v128.load(x + tap), h0);
            const w1 = f32x4.eq(v128.load(x + tap, 16), h1);
            let b0 = zero;
            let b1 = zero;
            if (adds) {
              b0 = v128.load(dx + tap);
              b1 = v128.load(dx + tap, 16);
            }
            v128.store(dx + tap, f32x4.add(b0, v128.and(r0, w0)));
            v128.store(dx + tap, f32x4.add(b1, v128.and(r1, w1)), 16);
            r0 = v128.andnot(r0, w0);
            r1 = v128.andnot(r1, w1);
            tap += tapRight;
          }
        }
      }
    }
  }
}

/** Each window's sum times `share`. */
export function averagePool(
  bytes: usize,
  x: usize,
  y: usize,
  height: i32,
  width: i32,
  xDown: usize,
  xRight: usize,
  yDown: usize,
  yRight: usize,
  windowHeight: i32,
  windowWidth: i32,
  tapDown: usize,
  tapRight: usize,
  share: f32,
): void {
  const factor = f32x4.splat(share);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const first = x + <usize>row * xDown + <usize>column * xRight;
      const to = y + <usize>row * yDown + <usize>column * yRight;
      for (let at: usize = 0; at < bytes; at += 64) {
        let s0 = f32x4.splat(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        for (let i = 0; i < windowHeight; i++) {
          let tap = first + at + <usize>i * tapDown;
          for (let j = 0; j < windowWidth; j++) {
            s0 = f32x4.add(s0, v128.load(tap));
            s1 = f32x4.add(s1, v128.load(tap, 16));
            s2 = f32x4.add(s2, v128.load(tap, 32));
            s3 = f32x4.add(s3, v128.load(tap, 48));
            tap += tapRight;
          }
        }
        v128.store(to + at, f32x4.mul(s0, factor));
        v128.store(to + at, f32x4.mul(s1, factor), 16);
        v128.store(to + at, f32x4.mul(s2, factor), 32);
        v128.store(to + at, f32x4.mul(s3, factor), 48);
      }
    }
  }
}

/** Adds each window's slope times `share` to the gradients of all its values. */
export function averagePoolGradient(
  bytes: usize,
  dx: usize,
  dy: usize,
  height: i32,
  width: i32,
  xDown: usize,
  xRight: usize,
  yDown: usize,
  yRight: usize,
  windowHeight: i32,
  windowWidth: i32,
  tapDown: usize,
  tapRight: usize,
  share: f32,
): void {
  const factor = f32x4.splat(share);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const first = dx + <usize>row * xDown + <usize>column * xRight;
      const slopes = dy + <usize>row * yDown + <usize>column * yRight;
      for (let at: usize = 0; at < bytes; at += 16) {
        const part = f32x4.mul(v128.load(slopes + at), factor);
        for (let i = 0; i < windowHeight; i++) {
          let tap = first + at + <usize>i * tapDown;
          for (let j = 0; j < windowWidth; j++) {
            v128.store(tap, f32x4.add(v128.load(tap), part));
            tap += tapRight;
          }
        }
      }
    }
  }
}
