/** Real worker threads: what they find does not depend on how many they are. */
import { expect, it } from 'vitest';
import { conduct, runsOf } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import { spawnThread } from '../../../src/worker/node.ts';
import { openPool } from '../../../src/worker/pool.ts';
import { MemoryNotebook } from '../science/notebook.ts';
import { tinyRecipe } from '../science/recipes.ts';

const recipe = tinyRecipe({ pruning: { levels: 2 }, seeds: [1, 2] });

/** Fingerprints by run key, and how many threads there were. */
async function conducted(threads: number) {
  let spawned = 0;
  const spawn = () => {
    spawned++;
    return spawnThread();
  };
  const lab = await openPool(spawn, threads, { recipe, engine: 'sparse' }, () => undefined);
  try {
    const notebook = new MemoryNotebook();
    await conduct(planOf(recipe), lab, notebook, () => undefined);
    return { spawned, found: new Map([...notebook.outcomes].map(([key, { result }]) => [key, result.fingerprint])) };
  } finally {
    lab.dispose();
  }
}

it('one thread and two find the same, to the last bit', async () => {
  const [one, two] = [await conducted(1), await conducted(2)];
  expect([one.spawned, two.spawned]).toEqual([1, 2]);
  expect(one.found.size).toBe(runsOf(planOf(recipe)).length);
  expect(new Set(one.found.values()).size).toBe(runsOf(planOf(recipe)).length);
  expect(two.found).toEqual(one.found);
}, 60_000);
