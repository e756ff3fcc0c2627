/** What a level needs is given back: memory does not grow from level to level. */
import { expect } from 'vitest';
import { HeapMeter, type Heap } from './heap.ts';
import { deep } from './recipes.ts';
import type { Site } from './site.ts';

/** The page draws the charts of a hundred levels again and again: of two busy cores it gets one at best. */
export const PATIENCE_MS = 240_000;

const FEW = 20;
const MANY = 100;

/** What stays of a level's two runs: figures, curves, and mostly their marks in charts, table and timeline. Their weights alone would be 400 kB. */
const KEPT_BYTES_A_LEVEL = { page: 70_000, worker: 5_000 };

/** Trains a hundred levels and more on an engine, which takes most of a minute: each engine has a test file. */
export async function expectLevelMemory(site: Site, engine: RegExp): Promise<void> {
  const lab = await site.visit({ reducedMotion: 'no-preference' });
  await lab.engine.choose(engine);
  await lab.openRecipe(deep);
  const meter = await HeapMeter.on(lab.page);
  const heapAfter = async (): Promise<Heap> => {
    await lab.expectComplete(PATIENCE_MS);
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
    expect(many[side] - few[side], `${side}: ${few[side]}, then ${many[side]} bytes`).toBeLessThan((MANY - FEW) * KEPT_BYTES_A_LEVEL[side]);
  }
}
