/** Where examples lie: the first 64 MiB stay where they were copied, those beyond are copied for every batch. */
import { expect, it } from 'vitest';
import { Place } from '../../../../src/engines/places.ts';
import { Examples } from '../../../../src/engines/sparse/examples.ts';
import { gatherOf } from '../../../../src/engines/sparse/gather.ts';
import { images } from '../../../../src/engines/sparse/images.ts';
import { Slot } from '../../../../src/engines/sparse/slots.ts';
import type { Task } from '../../../../src/tasks/task.ts';
import { openHeap } from './open.ts';

const PADDED = 32;
const SIZE = 2 ** 12;
const STAYING = 2 ** 26 / SIZE;
/** 2 MiB more than stay. */
const COUNT = STAYING + 2 ** 9;

it('each lane has its own example, whether that stays in memory or not, batch after batch', async () => {
  const input = { height: 64, width: 64, channels: 1 };
  const values = new Uint8Array(COUNT * SIZE);
  const labels = Uint8Array.from({ length: COUNT }, (_, example) => example % 10);
  /** The first and the last value of an example tell which one it is. */
  const markOf = (example: number): number => 1 + (example % 251);
  const table = Float32Array.from({ length: 256 }, (_, byte) => byte);
  const task: Task = {
    ...{ dataset: 'bytes', input, classes: 10, count: COUNT, inputs: { kind: 'bytes', values, table }, labels },
    ready: () => Promise.resolve(),
  };
  const heap = await openHeap();
  const slot = new Slot(new Place(input), 4 * PADDED);
  slot.allocate(heap, false);
  const examples = new Examples(heap, task, slot, PADDED, gatherOf(heap, task, slot, images));
  const last = COUNT - 1;
  const batches = [
    [last, 0, last - 1, STAYING - 1],
    [last - 2, last, 0, last - 2],
    [STAYING - 1, last - 1, last - 1, 0],
  ];
  for (const example of batches.flat()) values.fill(markOf(example), example * SIZE, (example + 1) * SIZE);
  // Those that stay, room for a batch of others, and the batch itself; not the whole data set.
  const held = heap.allocated;
  expect(held).toBeLessThan(2 ** 26 + 2 ** 20);
  for (const batch of batches) {
    examples.load(Uint32Array.from(batch), examples.whole);
    // The first example once more where there is none.
    const lanes = Array.from({ length: PADDED }, (_, lane) => batch[lane] ?? batch[0]);
    for (const feature of [0, SIZE - 1]) {
      const from = (slot.value + slot.offsetOf(feature)) / 4;
      expect(Array.from(heap.f32.subarray(from, from + PADDED))).toEqual(lanes.map(markOf));
    }
    expect(Array.from(heap.u8.subarray(examples.labels, examples.labels + PADDED))).toEqual(lanes.map((example) => example % 10));
  }
  expect(heap.allocated).toBe(held);
});
