import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Heap, Heaps } from '../../../../src/engines/sparse/heap.ts';
import { openModules } from './open.ts';

let modules: readonly WebAssembly.Module[];
beforeAll(async () => {
  modules = await openModules();
});

/** Sizes to allocate, and, negative, which of the blocks in use (counted round) to free. */
const actions = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 100_000, max: 300_000 }), fc.integer({ min: -50, max: -1 })),
  {
    maxLength: 60,
  },
);

describe('the heap', () => {
  it('hands out zeros that nobody else has, at cache lines', () => {
    fc.assert(
      fc.property(actions, (all) => {
        const heap = new Heap(modules);
        const blocks: { at: number; size: number; mark: number }[] = [];
        all.forEach((action, mark) => {
          if (action < 0) {
            if (blocks.length === 0) return;
            const [freed] = blocks.splice(-action % blocks.length, 1);
            heap.free(freed.at);
          } else {
            const at = heap.allocate(action);
            expect(at % 64).toBe(0);
            expect(at).toBeGreaterThanOrEqual(heap.kernels.heapBase());
            expect(heap.u8.subarray(at, at + action).every((byte) => byte === 0)).toBe(true);
            heap.u8.fill(1 + (mark % 255), at, at + action);
            blocks.push({ at, size: action, mark: 1 + (mark % 255) });
          }
          // Whoever wrote over another's block shows here, kernels' constants apart.
          for (const { at, size, mark: expected } of blocks) {
            expect(heap.u8.subarray(at, at + size).every((byte) => byte === expected)).toBe(true);
          }
          expect(new Set(blocks.map(({ at }) => at)).size).toBe(blocks.length);
          expect(heap.allocated).toBe(blocks.reduce((sum, { size }) => sum + Math.max(64, Math.ceil(size / 64) * 64), 0));
        });
        for (const { at } of blocks) heap.free(at);
        expect(heap.allocated).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('joins what is freed, in whichever order, and uses it again', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (order) => {
        const heap = new Heap(modules);
        const blocks = order.map(() => heap.allocate(1000));
        const fence = heap.allocate(64);
        for (const index of order) heap.free(blocks[index]);
        // All six together, where the first was.
        expect(heap.allocate(6 * 1024)).toBe(blocks[0]);
        heap.free(fence);
        expect(heap.allocate(64)).toBe(fence);
      }),
    );
  });

  it('gives an empty block an address of its own', () => {
    const heap = new Heap(modules);
    const blocks = [heap.allocate(0), heap.allocate(0), heap.allocate(8)];
    expect(new Set(blocks).size).toBe(3);
    for (const at of blocks) heap.free(at);
    expect(heap.allocated).toBe(0);
  });

  it('does not grow for what fits into what was freed', () => {
    const heap = new Heap(modules);
    const first = heap.allocate(1_000_000);
    const size = heap.u8.length;
    heap.free(first);
    for (let repeat = 0; repeat < 20; repeat++) heap.free(heap.allocate(1_000_000 - 1000 * repeat));
    expect(heap.u8.length).toBe(size);
    heap.allocate(1_000_000);
    heap.clear();
    expect(heap.allocated).toBe(0);
    expect(heap.allocate(900_000)).toBe(first);
    expect(heap.u8.length).toBe(size);
  });

  it('refuses to free what is not allocated, and more than it can address', () => {
    const heap = new Heap(modules);
    const at = heap.allocate(10);
    heap.free(at);
    expect(() => heap.free(at)).toThrow();
    expect(() => heap.allocate(3e9)).toThrow(RangeError);
    expect(heap.allocated).toBe(0);
    expect(heap.allocate(10)).toBe(at);
  });
});

it('a memory goes from one trainer to the next, empty', () => {
  const heaps = new Heaps(modules);
  const heap = heaps.take();
  const at = heap.allocate(100);
  heap.u8.fill(7, at, at + 100);
  expect(heaps.take()).not.toBe(heap);
  heaps.giveBack(heap);
  expect(heaps.take()).toBe(heap);
  const again = heap.allocate(100);
  expect(heap.u8.subarray(again, again + 100).every((byte) => byte === 0)).toBe(true);
  heaps.giveBack(heap);
  heaps.drop();
  expect(heaps.take()).not.toBe(heap);
});
