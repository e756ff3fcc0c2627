import { expect, it } from 'vitest';
import { createSparseEngine } from '../../../src/engines/sparse/engine.ts';
import type { Engine } from '../../../src/science/trainer.ts';
import { openTask } from '../../../src/tasks/load.ts';
import { FileSource } from '../../../src/worker/node-source.ts';
import { millisecondsAStep } from '../../../src/worker/race.ts';
import { mostWorkers, widthOf, workersOn } from '../../../src/worker/width.ts';
import { tinyRecipe } from '../science/recipes.ts';

const recipe = tinyRecipe({ seeds: [1, 2] });
const source = new FileSource(new URL('../../../datasets/', import.meta.url));

it('times as many networks side by side as there would be, and tells the time of one', async () => {
  const task = await openTask(recipe.task, source, () => undefined);
  const sparse = await createSparseEngine();
  const calls: (readonly number[])[] = [];
  const napping: Engine = {
    ...sparse,
    async createTrainer(plan) {
      const trainer = await sparse.createTrainer(plan);
      const train = trainer.train.bind(trainer);
      trainer.train = async (until, control) => {
        calls.push(until);
        await new Promise((resolve) => setTimeout(resolve, 200));
        return train(until, control);
      };
      return trainer;
    },
  };
  const milliseconds = await millisecondsAStep(napping, recipe, task, 4);
  expect(calls).toEqual([
    [3, 3, 3, 3],
    [13, 13, 13, 13],
  ]);
  // Ten steps of four networks share the nap.
  expect(milliseconds).toBeGreaterThan(4.9);
  expect(milliseconds).toBeLessThan(50);
  sparse.dispose();
});

it('one worker fills a graphics processor; others are as many as there are cores and runs', () => {
  const identity = { backend: null, arithmeticVersion: 1, deterministic: true };
  expect(widthOf(recipe)).toBe(8);
  expect(workersOn({ ...identity, name: 'webgpu' }, 7, 8)).toBe(1);
  expect(workersOn({ ...identity, name: 'tfjs', backend: 'webgl' }, 7, 8)).toBe(1);
  expect(workersOn({ ...identity, name: 'tfjs', backend: 'wasm' }, 7, 8)).toBe(7);
  expect(workersOn({ ...identity, name: 'sparse' }, 15, 8)).toBe(8);
  expect(workersOn({ ...identity, name: 'sparse' }, 0, 8)).toBe(1);
});

it('the page keeps a processor where there are more than two', () => {
  expect([1, 2, 3, 4, 8].map(mostWorkers)).toEqual([1, 2, 2, 3, 7]);
});
