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
