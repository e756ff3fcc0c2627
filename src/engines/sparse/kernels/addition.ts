/** `to` = `from`, or `to` += `from` where `accumulate`, over `rows` rows of `bytes` bytes that lie so far apart. */
export function addRows(rows: i32, bytes: usize, from: usize, fromDown: usize, to: usize, toDown: usize, accumulate: i32): void {
  for (let r = 0; r < rows; r++) {
    if (accumulate) {
      for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
    } else {
      for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
    }
    from += fromDown;
    to += toDown;
  }
}

/** Zeros over `rows` rows of `bytes` bytes that lie `down` bytes apart. */
export function clearRows(rows: i32, bytes: usize, to: usize, down: usize): void {
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    for (let at = to, end = to + bytes; at < end; at += 16) v128.store(at, zero);
    to += down;
  }
}
