/** A bench with the sparse engine and a run of `digits` on it, trained here. */
import { createSparseEngine } from '../../../../src/engines/sparse/engine.ts';
import type { AnalysisBench } from '../../../../src/science/analysis/bench.ts';
import { draw, type Ancestors } from '../../../../src/science/draw.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import type { Recipe } from '../../../../src/science/recipe/schema.ts';
import type { Snapshot } from '../../../../src/science/tensors.ts';
import { batchesOf } from '../../../../src/tasks/batches.ts';
import { openTask } from '../../../../src/tasks/load.ts';
import { splitFor } from '../../../../src/tasks/split.ts';
import { nodeSource } from '../../../support/node-source.ts';
import { unhurried } from '../../engines/suites/setup.ts';

/** The ticket of level 0 or 1 of a recipe, seed 1, with the weights it had at `keep`. */
export async function benchOf(recipe: Recipe, level: 0 | 1, keep: readonly number[] = []): Promise<AnalysisBench> {
  const below = level === 0 ? null : await benchOf(recipe, 0);
  const ancestors: Ancestors | null =
    below === null ? null : { parent: { mask: below.drawing.mask, final: below.final }, rewindPoint: null };
  const { steps, optimizer, weightDecay, batchSize } = recipe.training;
  const run = { seed: 1, arm: 'ticket', level } as const;
  const model = modelOf(recipe);
  const drawing = draw(planOf(recipe), model, run, ancestors);
  const task = await openTask(recipe.task, nodeSource, () => undefined);
  const split = splitFor(recipe.task.dataset, recipe.task, run.seed);
  const trainer = await (await createSparseEngine()).createTrainer({ model, task, optimizer, weightDecay, batchSize, networks: 1 });
  const batches = (name: string) => batchesOf(split.train, batchSize, run.seed, name);
  const { start: snapshot, planes, position, rateAt } = drawing;
  trainer.start(0, { snapshot, planes, batches: batches('order'), position, rateAt });
  const kept: Record<number, Snapshot> = {};
  for (const at of keep) {
    await trainer.train([at], unhurried);
    kept[at] = await trainer.read(0);
  }
  await trainer.train([steps], unhurried);
  const final = await trainer.read(0);
  return { trainer, control: unhurried, progress: () => undefined, model, run, steps, drawing, split, batches, final, kept };
}
