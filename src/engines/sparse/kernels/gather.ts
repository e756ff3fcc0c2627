/**
 * A batch of examples, each a run of bytes or floats, turned into features × batch.
 * `list` says for each of `count` features: where in the example it lies, its table, and where it goes (three u32).
 * Sixteen examples at a time: one cache line of a feature, written at once.
 */

export function gatherBytes(count: i32, list: usize, examples: usize, size: usize, x: usize, stride: usize): void {
  const end = list + 12 * <usize>count;
  const two = size << 1;
  const three = two + size;
  const four = size << 2;
  for (let block: usize = 0; block < stride; block += 64) {
    const first = examples + (block >> 2) * size;
    for (let entry = list; entry < end; entry += 12) {
      let p = first + load<u32>(entry);
      const table = load<u32>(entry, 4);
      let to = x + block + load<u32>(entry, 8);
      for (const last = to + 64; to < last; to += 16) {
        let values = v128.load_zero<f32>(table + ((<usize>load<u8>(p)) << 2));
        values = v128.load_lane<f32>(table + ((<usize>load<u8>(p + size)) << 2), values, 1);
        values = v128.load_lane<f32>(table + ((<usize>load<u8>(p + two)) << 2), values, 2);
        values = v128.load_lane<f32>(table + ((<usize>load<u8>(p + three)) << 2), values, 3);
        v128.store(to, values);
        p += four;
      }
    }
  }
}

export function gatherFloats(count: i32, list: usize, examples: usize, size: usize, x: usize, stride: usize): void {
  const end = list + 12 * <usize>count;
  const one = size << 2;
  const two = one << 1;
  const three = two + one;
  const four = two << 1;
  for (let block: usize = 0; block < stride; block += 64) {
    const first = examples + (block >> 2) * one;
    for (let entry = list; entry < end; entry += 12) {
      let p = first + (load<u32>(entry) << 2);
      let to = x + block + load<u32>(entry, 8);
      for (const last = to + 64; to < last; to += 16) {
        let values = v128.load_zero<f32>(p);
        values = v128.load_lane<f32>(p + one, values, 1);
        values = v128.load_lane<f32>(p + two, values, 2);
        values = v128.load_lane<f32>(p + three, values, 3);
        v128.store(to, values);
        p += four;
      }
    }
  }
}
