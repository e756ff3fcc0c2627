/**
 * A batch of examples, each a run of bytes or floats somewhere in memory, turned into features × batch. `examples` holds
 * the address of each lane's example. `list` says for each of `count` features: where in an example it lies (in bytes),
 * its table, and where it goes (three u32). Sixteen examples at a time: one cache line of a feature, written at once.
 */

export function gatherBytes(count: i32, list: usize, examples: usize, x: usize, stride: usize): void {
  const end = list + 12 * <usize>count;
  for (let block: usize = 0; block < stride; block += 64) {
    const last = examples + block + 64;
    for (let entry = list; entry < end; entry += 12) {
      const from = <usize>load<u32>(entry);
      const table = <usize>load<u32>(entry, 4);
      let to = x + block + load<u32>(entry, 8);
      for (let lane = examples + block; lane < last; lane += 16) {
        let values = v128.load_zero<f32>(table + ((<usize>load<u8>(from + load<u32>(lane))) << 2));
        values = v128.load_lane<f32>(table + ((<usize>load<u8>(from + load<u32>(lane, 4))) << 2), values, 1);
        values = v128.load_lane<f32>(table + ((<usize>load<u8>(from + load<u32>(lane, 8))) << 2), values, 2);
        values = v128.load_lane<f32>(table + ((<usize>load<u8>(from + load<u32>(lane, 12))) << 2), values, 3);
        v128.store(to, values);
        to += 16;
      }
    }
  }
}

export function gatherFloats(count: i32, list: usize, examples: usize, x: usize, stride: usize): void {
  const end = list + 12 * <usize>count;
  for (let block: usize = 0; block < stride; block += 64) {
    const last = examples + block + 64;
    for (let entry = list; entry < end; entry += 12) {
      const from = <usize>load<u32>(entry);
      let to = x + block + load<u32>(entry, 8);
      for (let lane = examples + block; lane < last; lane += 16) {
        let values = v128.load_zero<f32>(from + load<u32>(lane));
        values = v128.load_lane<f32>(from + load<u32>(lane, 4), values, 1);
        values = v128.load_lane<f32>(from + load<u32>(lane, 8), values, 2);
        values = v128.load_lane<f32>(from + load<u32>(lane, 12), values, 3);
        v128.store(to, values);
        to += 16;
      }
    }
  }
}

/**
 * The same where a value is its byte × scale + offset, worked out in two parts that round but once (see affine.ts). `list`
 * says for each chunk of 16 features that lie side by side in an example where it lies (in bytes) and where each of them
 * goes (17 u32). Four examples at a time; an example is `size` bytes. What is returned only keeps `touch` from being left out.
 */
export function gatherAffine(
  chunks: i32,
  list: usize,
  examples: usize,
  size: usize,
  x: usize,
  stride: usize,
  scale: f32,
  offset: f32,
  scaleRest: f32,
  offsetRest: f32,
): u32 {
  const s = f32x4.splat(scale);
  const o = f32x4.splat(offset);
  const sRest = f32x4.splat(scaleRest);
  const oRest = f32x4.splat(offsetRest);
  const end = list + 68 * <usize>chunks;
  const nothing = affine(f32x4.splat(0), s, o, sRest, oRest);
  const touched = touch(examples, size, stride);
  for (let block: usize = 0; block < stride; block += 64) {
    for (let chunk = list; chunk < end; chunk += 68) {
      const from = <usize>load<u32>(chunk);
      for (let at = block; at < block + 64; at += 16) {
        const lanes = examples + at;
        const a = v128.load(from + load<u32>(lanes));
        const b = v128.load(from + load<u32>(lanes, 4));
        const c = v128.load(from + load<u32>(lanes, 8));
        const d = v128.load(from + load<u32>(lanes, 12));
        const to = x + at;
        // Much of an image is background.
        if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) {
          for (let place = chunk + 4; place < chunk + 68; place += 4) v128.store(to + load<u32>(place), nothing);
          continue;
        }
        // Bytes of two examples in turn, then of four.
        const ab = v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const cd = v128.shuffle<u8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        // Always so: see forward.ts.
        if (chunk) putFour(v128.shuffle<u16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11), chunk + 4, to, s, o, sRest, oRest);
        if (at < stride) putFour(v128.shuffle<u16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), chunk + 20, to, s, o, sRest, oRest);
        const ab2 = v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        const cd2 = v128.shuffle<u8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        if (chunk) putFour(v128.shuffle<u16>(ab2, cd2, 0, 8, 1, 9, 2, 10, 3, 11), chunk + 36, to, s, o, sRest, oRest);
        putFour(v128.shuffle<u16>(ab2, cd2, 4, 12, 5, 13, 6, 14, 7, 15), chunk + 52, to, s, o, sRest, oRest);
      }
    }
  }
  return touched;
}

/** Reads something of each cache line of the examples, one right after the other, so that the processor fetches many at once. */
function touch(examples: usize, size: usize, stride: usize): u32 {
  let touched: u32 = 0;
  for (let lane = examples; lane < examples + stride; lane += 4) {
    const from = <usize>load<u32>(lane);
    for (let at: usize = 0; at < size; at += 64) touched |= load<u8>(from + at);
  }
  return touched;
}

/** Four features of four examples each, to where `places` say. */
// @ts-ignore: decorator
@inline
function putFour(bytes: v128, places: usize, to: usize, s: v128, o: v128, sRest: v128, oRest: v128): void {
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  v128.store(to + load<u32>(places), affine(i32x4.extend_low_i16x8_u(low), s, o, sRest, oRest));
  v128.store(to + load<u32>(places, 4), affine(i32x4.extend_high_i16x8_u(low), s, o, sRest, oRest));
  v128.store(to + load<u32>(places, 8), affine(i32x4.extend_low_i16x8_u(high), s, o, sRest, oRest));
  v128.store(to + load<u32>(places, 12), affine(i32x4.extend_high_i16x8_u(high), s, o, sRest, oRest));
}

// @ts-ignore: decorator
@inline
function affine(bytes: v128, s: v128, o: v128, sRest: v128, oRest: v128): v128 {
  const value = f32x4.convert_i32x4_s(bytes);
  return f32x4.add(f32x4.add(f32x4.mul(value, s), o), f32x4.add(f32x4.mul(value, sRest), oRest));
}
