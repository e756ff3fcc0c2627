/**
 * A batch of examples, each a run of bytes or floats, turned into features × batch.
 * `list` says for each of `count` features: where in the example it lies, its table, and where it goes (three u32).
 */

export function gatherBytes(count: i32, list: usize, examples: usize, size: usize, x: usize, stride: usize): void {
  const end = list + 12 * <usize>count;
  for (let lane: usize = 0; lane < stride; lane += 16) {
    const e0 = examples + (lane >> 2) * size;
    const e1 = e0 + size;
    const e2 = e1 + size;
    const e3 = e2 + size;
    for (let entry = list; entry < end; entry += 12) {
      const from = load<u32>(entry);
      const table = load<u32>(entry, 4);
      let values = v128.load_zero<f32>(table + ((<usize>load<u8>(e0 + from)) << 2));
      values = v128.load_lane<f32>(table + ((<usize>load<u8>(e1 + from)) << 2), values, 1);
      values = v128.load_lane<f32>(table + ((<usize>load<u8>(e2 + from)) << 2), values, 2);
      values = v128.load_lane<f32>(table + ((<usize>load<u8>(e3 + from)) << 2), values, 3);
      v128.store(x + lane + load<u32>(entry, 8), values);
    }
  }
}

export function gatherFloats(count: i32, list: usize, examples: usize, size: usize, x: usize, stride: usize): void {
  const end = list + 12 * <usize>count;
  const bytes = size << 2;
  for (let lane: usize = 0; lane < stride; lane += 16) {
    const e0 = examples + (lane >> 2) * bytes;
    const e1 = e0 + bytes;
    const e2 = e1 + bytes;
    const e3 = e2 + bytes;
    for (let entry = list; entry < end; entry += 12) {
      const from = (<usize>load<u32>(entry)) << 2;
      let values = v128.load_zero<f32>(e0 + from);
      values = v128.load_lane<f32>(e1 + from, values, 1);
      values = v128.load_lane<f32>(e2 + from, values, 2);
      values = v128.load_lane<f32>(e3 + from, values, 3);
      v128.store(x + lane + load<u32>(entry, 8), values);
    }
  }
}
