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
      for (let at: usize = 0; at < bytes; at += 64) {
        let m0 = v128.load(first + at);
        let m1 = v128.load(first + at, 16);
        let m2 = v128.load(first + at, 32);
        let m3 = v128.load(first + at, 48);
        for (let i = 0; i < windowHeight; i++) {
          let tap = first + at + <usize>i * tapDown;
          for (let j = 0; j < windowWidth; j++) {
            // max keeps a NaN, so that divergence shows.
            m0 = f32x4.max(m0, v128.load(tap));
            m1 = f32x4.max(m1, v128.load(tap, 16));
            m2 = f32x4.max(m2, v128.load(tap, 32));
            m3 = f32x4.max(m3, v128.load(tap, 48));
            tap += tapRight;
          }
        }
        v128.store(to + at, m0);
        v128.store(to + at, m1, 16);
        v128.store(to + at, m2, 32);
        v128.store(to + at, m3, 48);
      }
    }
  }
}

/**
 * Adds each window's slope to the gradient of its highest value, of equals the first. The highest is found again rather
 * than read from the output, which an activation may have changed in place.
 */
export function maxPoolGradient(
  bytes: usize,
  x: usize,
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
): void {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const offset = <usize>row * xDown + <usize>column * xRight;
      const slopes = dy + <usize>row * yDown + <usize>column * yRight;
      for (let at: usize = 0; at < bytes; at += 16) {
        const first = x + offset + at;
        let highest = v128.load(first);
        for (let i = 0; i < windowHeight; i++) {
          let tap = first + <usize>i * tapDown;
          for (let j = 0; j < windowWidth; j++) {
            highest = f32x4.max(highest, v128.load(tap));
            tap += tapRight;
          }
        }
        let rest = v128.load(slopes + at);
        for (let i = 0; i < windowHeight; i++) {
          let tap = offset + at + <usize>i * tapDown;
          for (let j = 0; j < windowWidth; j++) {
            const wins = f32x4.eq(v128.load(x + tap), highest);
            v128.store(dx + tap, f32x4.add(v128.load(dx + tap), v128.and(rest, wins)));
            rest = v128.andnot(rest, wins);
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
