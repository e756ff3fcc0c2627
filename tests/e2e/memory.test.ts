/** What a level needs is given back: memory does not grow from level to level. */
import { describe, expect, it } from 'vitest';
import { HeapMeter, type Heap } from './support/heap.ts';
import { deep } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

const FEW = 20;
const MANY = 100;

/** What stays of a level's two runs: figures, curves, and mostly their marks in charts, table and timeline. Their weights alone would be 400 kB. */
const KEPT_BYTES_A_LEVEL = { page: 70_000, worker: 5_000 };

describe('memory', () => {
  it.each([/^sparse/, /WASM/])('is level over a hundred levels on %s', async (engine) => {
    const lab = await site.visit();
    await lab.engine.choose(engine);
    await lab.openRecipe(deep);
    const meter = await HeapMeter.on(lab.page);
    const heapAfter = async (): Promise<Heap> => {
      await lab.expectComplete(120_000);
      await lab.sessions.expectSaved();
      return meter.read();
    };
    await lab.run();
    const few = await heapAfter();
    await lab.recipe.setField('levels', String(MANY));
    await lab.run();
    const many = await heapAfter();
    expect(await lab.finishedLevels()).toBe(MANY + 1);
    for (const side of ['page', 'worker'] as const) {
      expect(many[side] - few[side], `${side}: ${few[side]}, then ${many[side]} bytes`).toBeLessThan(
        (MANY - FEW) * KEPT_BYTES_A_LEVEL[side],
      );
    }
  });
});
