/**
 * Inputs that are mostly background: values are what a byte adds to the background's, so that most are zeros, of which
 * nothing has to be computed: they would add zeros to sums, so the bits do not depend on it while
 * weights are finite. Here is found what is left,
 * for live.ts by feature, for panels.ts by value. And the background's own part is worked out, the same for all examples.
 */

/**
 * Which of the features at `x`, `stride` bytes each, a multiple of 128, are live: not background in every example. `flags`
 * says so by byte offset of the feature / 128, one byte each. Returns how many are.
 */
export function findLive(features: i32, x: usize, stride: usize, flags: usize): i32 {
  const step = stride >> 7;
  let count = 0;
  for (let feature = 0; feature < features; feature++) {
    let any = v128.load(x);
    for (let at = x + 16; at < x + stride; at += 16) any = v128.or(any, v128.load(at));
    const isLive = v128.any_true(any) ? 1 : 0;
    store<u8>(flags, <u8>isLive);
    count += isLive;
    x += stride;
    flags += step;
  }
  return count;
}

/**
 * Of each row's weights those of live features, as pairs (byte offset of the feature, byte offset of the weight). (A feature
 * that the network does not read may be left from another batch: it changes what share is live, and no pair.) Row r's
 * weights are `starts[r] .. starts[r+1]`, those before `ends[r]` trained; its pairs begin at `firsts[r]`, those of trained
 * weights end at `lasts[r]`. `entries` has room for a pair of each weight and one more.
 */
export function keepLive(
  rows: i32,
  starts: usize,
  ends: usize,
  columns: usize,
  flags: usize,
  entries: usize,
  firsts: usize,
  lasts: usize,
): void {
  let next = entries;
  const lastRow = (<usize>rows) << 2;
  for (let r: usize = 0; r < lastRow; r += 4) {
    const start = (<usize>load<u32>(starts + r)) << 2;
    const trained = (<usize>load<u32>(ends + r)) << 2;
    const end = (<usize>load<u32>(starts + r, 4)) << 2;
    store<u32>(firsts + r, <u32>((next - entries) >> 3));
    next = keepLiveOf(start, trained, columns, flags, next);
    store<u32>(lasts + r, <u32>((next - entries) >> 3));
    next = keepLiveOf(trained, end, columns, flags, next);
  }
  store<u32>(firsts + lastRow, <u32>((next - entries) >> 3));
}

// @ts-ignore: decorator
@inline
function keepLiveOf(start: usize, end: usize, columns: usize, flags: usize, to: usize): usize {
  let next = to;
  for (let k = start; k < end; k += 4) {
    const offset = load<u32>(columns + k);
    store<u32>(next, offset);
    store<u32>(next, <u32>k, 4);
    next += (<usize>load<u8>(flags + (offset >> 7))) << 3;
  }
  return next;
}

/**
 * The values of each of so many examples that are not background, by feature, as pairs (feature, value = byte × scale).
 * `examples` holds the address of each one's `size` bytes; its pairs are `firsts[e] .. firsts[e+1]`. `entries` has room
 * for a pair of each byte and one more.
 */
export function listExamples(count: i32, examples: usize, size: usize, scale: f32, entries: usize, firsts: usize): void {
  let next = entries;
  for (let example = 0; example < count; example++) {
    store<u32>(firsts, <u32>((next - entries) >> 3));
    firsts += 4;
    const from = <usize>load<u32>(examples + ((<usize>example) << 2));
    let feature: usize = 0;
    for (; feature + 16 <= size; feature += 16) {
      if (!v128.any_true(v128.load(from + feature))) continue;
      for (let at = feature; at < feature + 16; at++) next = put(next, at, load<u8>(from + at), scale);
    }
    for (; feature < size; feature++) next = put(next, feature, load<u8>(from + feature), scale);
  }
  store<u32>(firsts, <u32>((next - entries) >> 3));
}

// @ts-ignore: decorator
@inline
function put(to: usize, feature: usize, byte: u8, scale: f32): usize {
  store<u32>(to, <u32>feature);
  store<f32>(to, <f32>(<i32>byte) * scale, 4);
  return to + ((byte != 0 ? 1 : 0) << 3);
}

/**
 * The same pairs by feature, as (example, value): four lists a feature, of examples 0, 4, 8 …, of 1, 5, 9 … and so on, as
 * the lanes of a vector take them. List 4 f + l is `firsts[4 f + l] .. firsts[4 f + l + 1]`.
 */
export function listFeatures(
  count: i32,
  features: i32,
  exampleEntries: usize,
  exampleFirsts: usize,
  entries: usize,
  firsts: usize,
): void {
  const lists = (<usize>features) << 4;
  memory.fill(firsts, 0, lists + 8);
  // Counted one further on, so that adding up gives where each begins, and placing moves that to where the next begins.
  for (let example = 0; example < count; example++) {
    const last = exampleEntries + ((<usize>load<u32>(exampleFirsts + ((<usize>example) << 2), 4)) << 3);
    const lane = firsts + 8 + ((<usize>(example & 3)) << 2);
    for (let at = exampleEntries + ((<usize>load<u32>(exampleFirsts + ((<usize>example) << 2))) << 3); at < last; at += 8) {
      const counter = lane + ((<usize>load<u32>(at)) << 4);
      store<u32>(counter, load<u32>(counter) + 1);
    }
  }
  let sum: u32 = 0;
  for (let at = firsts + 8; at < firsts + 8 + lists; at += 4) {
    sum += load<u32>(at);
    store<u32>(at, sum);
  }
  for (let example = 0; example < count; example++) {
    const last = exampleEntries + ((<usize>load<u32>(exampleFirsts + ((<usize>example) << 2), 4)) << 3);
    const lane = firsts + 4 + ((<usize>(example & 3)) << 2);
    for (let at = exampleEntries + ((<usize>load<u32>(exampleFirsts + ((<usize>example) << 2))) << 3); at < last; at += 8) {
      const counter = lane + ((<usize>load<u32>(at)) << 4);
      const place = load<u32>(counter);
      store<u32>(counter, place + 1);
      const to = entries + ((<usize>place) << 3);
      store<u32>(to, <u32>example);
      store<f32>(to, load<f32>(at, 4), 4);
    }
  }
}

/**
 * The background's own part of each row's result, once for all examples: bias + background × the sum of the row's weights,
 * one after the other, so that absent ones, which are zeros where they are stored, change nothing. Four rows at a time:
 * a sum waits for its last addition.
 */
export function foldBackground(rows: i32, starts: usize, weights: usize, bias: usize, background: f32, folded: usize): void {
  const lastRow = (<usize>rows) << 2;
  let row: usize = 0;
  for (; row + 16 <= lastRow; row += 16) {
    const a = weights + ((<usize>load<u32>(starts + row)) << 2);
    const b = weights + ((<usize>load<u32>(starts + row, 4)) << 2);
    const c = weights + ((<usize>load<u32>(starts + row, 8)) << 2);
    const d = weights + ((<usize>load<u32>(starts + row, 12)) << 2);
    const end = weights + ((<usize>load<u32>(starts + row, 16)) << 2);
    const shortest = min(min(b - a, c - b), min(d - c, end - d));
    let sumA: f32 = 0;
    let sumB: f32 = 0;
    let sumC: f32 = 0;
    let sumD: f32 = 0;
    for (let k: usize = 0; k < shortest; k += 4) {
      sumA += load<f32>(a + k);
      sumB += load<f32>(b + k);
      sumC += load<f32>(c + k);
      sumD += load<f32>(d + k);
    }
    store<f32>(folded + row, load<f32>(bias + row) + background * sumOn(a + shortest, b, sumA));
    store<f32>(folded + row, load<f32>(bias + row, 4) + background * sumOn(b + shortest, c, sumB), 4);
    store<f32>(folded + row, load<f32>(bias + row, 8) + background * sumOn(c + shortest, d, sumC), 8);
    store<f32>(folded + row, load<f32>(bias + row, 12) + background * sumOn(d + shortest, end, sumD), 12);
  }
  for (; row < lastRow; row += 4) {
    const start = weights + ((<usize>load<u32>(starts + row)) << 2);
    const end = weights + ((<usize>load<u32>(starts + row, 4)) << 2);
    store<f32>(folded + row, load<f32>(bias + row) + background * sumOn(start, end, 0));
  }
}

/** Goes on with a sum to the end of its row. */
function sumOn(from: usize, end: usize, sum: f32): f32 {
  let total = sum;
  for (let k = from; k < end; k += 4) total += load<f32>(k);
  return total;
}

/** Adds `background` times a row's number in `slopes` to the numbers `starts[r] .. ends[r]` of each row. */
export function addBackground(rows: i32, starts: usize, ends: usize, gradient: usize, background: f32, slopes: usize): void {
  const lastRow = (<usize>rows) << 2;
  for (let r: usize = 0; r < lastRow; r += 4) {
    const rest = background * load<f32>(slopes + r);
    const rests = f32x4.splat(rest);
    const end = gradient + ((<usize>load<u32>(ends + r)) << 2);
    let g = gradient + ((<usize>load<u32>(starts + r)) << 2);
    for (; g + 16 <= end; g += 16) v128.store(g, f32x4.add(v128.load(g), rests));
    for (; g < end; g += 4) store<f32>(g, load<f32>(g) + rest);
  }
}

/** Writes zeros to the 32-bit words at these byte offsets. */
export function clearAt(count: i32, offsets: usize, words: usize): void {
  const end = offsets + ((<usize>count) << 2);
  for (let at = offsets; at < end; at += 4) store<f32>(words + load<u32>(at), 0);
}
