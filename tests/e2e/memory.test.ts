/** What a level needs is given back: memory does not grow from level to level. */
import { describe, expect, it } from 'vitest';
import { HeapMeter, type Heap } from './support/heap.ts';
import { deep } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

/** Curves and figures of the runs in between, which stay: some 10 kB a run. What leaks is a network, its mask or its batches. */
const KEPT_BYTES = 150_000;

describe('memory', () => {
  it.each([/^sparse/, /WASM/])('does not grow between levels 2 and 7 on %s', async (engine) => {
    const lab = await site.visit();
    await lab.engine.choose(engine);
    // Code that is compiled when it gets hot counts as heap, too: a run before takes that out of the sum.
    await lab.openRecipe({ ...deep, name: 'Before', seeds: [2], pruning: { levels: 4 } });
    await lab.runAll(60_000);
    await lab.openRecipe(deep);
    const heaps: Heap[] = [];
    const meter = await HeapMeter.on(lab.page);
    for (let level = 0; level <= 7; level++) {
      await lab.stepLevel();
      await expect.poll(() => lab.finishedLevels(), { timeout: 60_000 }).toBe(level + 1);
      await lab.expectRunKey('Resume');
      await lab.sessions.expectSaved();
      heaps.push(await meter.read());
    }
    for (const side of ['page', 'worker'] as const) {
      const growth = heaps[7][side] - heaps[2][side];
      expect(growth, `${side}: ${heaps.map((heap) => heap[side]).join(', ')}`).toBeLessThan(0.05 * heaps[2][side] + KEPT_BYTES);
    }
  });
});
