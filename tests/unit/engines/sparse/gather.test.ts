/** Examples become features × batch: each value is the table's own, to the last bit, however it is worked out. */
import { beforeAll, describe, expect, it } from 'vitest';
import { affineOf } from '../../../../src/engines/sparse/affine.ts';
import { Examples } from '../../../../src/engines/sparse/examples.ts';
import { gatherOf } from '../../../../src/engines/sparse/gather.ts';
import { Heap } from '../../../../src/engines/sparse/heap.ts';
import { images } from '../../../../src/engines/sparse/images.ts';
import { Slot } from '../../../../src/engines/sparse/slots.ts';
import { openModules } from './open.ts';
import { Place } from '../../../../src/engines/places.ts';
import { volume, type Shape } from '../../../../src/models/model.ts';
import { stream } from '../../../../src/numerics/streams.ts';
import { datasets } from '../../../../src/tasks/catalogue.ts';
import { emptyInputs } from '../../../../src/tasks/inputs.ts';
import type { Task } from '../../../../src/tasks/task.ts';

const COUNT = 90;
const PADDED = 64;

const curve = Float32Array.from({ length: 256 }, (_, byte) => Math.sqrt(byte));
const line = Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - 0.13) / 0.31);

function taskOf(input: Shape, table: Float32Array): Task {
  const source = stream(1, 'gather');
  const size = volume(input);
  // A third is background, whole stretches of it; every byte is there.
  const values = Uint8Array.from({ length: COUNT * size }, (_, at) => (Math.floor(at / 40) % 3 === 0 ? 0 : source.below(256)));
  const labels = new Uint8Array(COUNT);
  return {
    dataset: 'bytes',
    input,
    classes: 2,
    count: COUNT,
    inputs: { kind: 'bytes', values, table },
    labels,
    ready: () => Promise.resolve(),
  };
}

describe('a table as arithmetic', () => {
  const tables = datasets.flatMap((dataset) =>
    (['dataset', 'none'] as const).flatMap((normalise) => {
      const inputs = dataset.bytesPerValue === 1 ? emptyInputs({ ...dataset, pool: 0, test: 0 }, normalise) : null;
      return inputs?.kind === 'bytes' ? [{ name: `${dataset.name}, ${normalise}`, table: inputs.table }] : [];
    }),
  );

  it('is known of every image data set', () => expect(tables.length).toBeGreaterThanOrEqual(4));

  it.each(tables)('$name', ({ table }) => {
    const affine = affineOf(table);
    if (affine === null) throw new Error('not as arithmetic');
    const { fround } = Math;
    table.forEach((value, byte) => {
      const first = fround(fround(byte * affine.scale) + affine.offset);
      expect(first).toBe(byte * affine.scale + affine.offset);
      expect(fround(first + fround(fround(byte * affine.scaleRest) + affine.offsetRest))).toBe(value);
    });
  });

  it('is refused where it would change a bit', () => {
    expect(affineOf(curve)).toBeNull();
    expect(affineOf(new Float32Array(256).fill(NaN))).toBeNull();
    expect(affineOf(line.map((value) => value / 0))).toBeNull();
    const bent = line.slice();
    new Int32Array(bent.buffer)[100]++;
    expect(affineOf(line)).not.toBeNull();
    expect(affineOf(bent)).toBeNull();
  });
});

describe.each([
  { name: 'chunks', input: { height: 8, width: 8, channels: 1 }, table: line },
  { name: 'chunks that overlap', input: { height: 5, width: 5, channels: 1 }, table: line },
  { name: 'a single one', input: { height: 1, width: 16, channels: 1 }, table: line },
  { name: 'fewer features than a chunk', input: { height: 3, width: 5, channels: 1 }, table: line },
  { name: 'another kind of table', input: { height: 8, width: 8, channels: 1 }, table: curve },
  {
    name: 'a table a channel',
    input: { height: 4, width: 5, channels: 2 },
    table: Float32Array.from({ length: 512 }, (_, at) => line[at >> 1] + (at % 2)),
  },
])('$name', ({ input, table }) => {
  let modules: readonly WebAssembly.Module[];
  beforeAll(async () => void (modules = await openModules()));

  it.each([0, 1])('all features, and some, inside a border of %i', (halo) => {
    const heap = new Heap(modules);
    const slot = new Slot(new Place(input), 4 * PADDED);
    slot.halo = halo;
    slot.allocate(heap, false);
    const task = taskOf(input, table);
    const examples = new Examples(heap, task, slot, PADDED, gatherOf(heap, task, slot, images));
    const size = volume(input);
    const all = Array.from({ length: size }, (_, feature) => feature);
    const source = stream(2, 'gather');
    const { values } = task.inputs;
    for (const features of [all, all.filter((feature) => feature % 7 === 3), all.slice(-1), []]) {
      const batch = Uint32Array.from({ length: 37 }, () => source.below(COUNT));
      examples.load(batch, features === all ? examples.whole : examples.place(features));
      for (const feature of features) {
        for (let lane = 0; lane < PADDED; lane++) {
          const byte = values[(batch[lane] ?? batch[0]) * size + feature];
          const expected = table[byte * input.channels + (feature % input.channels)];
          expect(heap.f32[(slot.value + slot.offsetOf(feature)) / 4 + lane]).toBe(expected);
        }
      }
    }
    // The border stands for padding.
    if (halo === 1) expect(heap.f32[(slot.value - slot.right) / 4]).toBe(0);
  });
});
