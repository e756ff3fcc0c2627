/** How long a step of a recipe takes on an engine: what the automatic choice goes by. */
import { Pace } from '../engines/pace.ts';
import { rateAt } from '../science/schedules.ts';
import { initialise } from '../science/init.ts';
import { trainablePlanes } from '../science/mask.ts';
import { planOf } from '../science/plan.ts';
import { densityLadder } from '../science/prune/counts.ts';
import { randomMask } from '../science/prune/random-mask.ts';
import { modelOf } from '../science/recipe/model.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { Engine } from '../science/trainer.ts';
import { batchesOf } from '../tasks/batches.ts';
import { splitFor } from '../tasks/split.ts';
import type { Task } from '../tasks/task.ts';

/** Steps before the clock starts: programs are compiled and buffers made in them. */
const WARM_UP_STEPS = 3;
const TIMED_STEPS = 10;

/**
 * Milliseconds of one step of one network at the recipe's mean density, where an experiment spends its time, of so many
 * networks side by side.
 */
export async function millisecondsAStep(engine: Engine, recipe: Recipe, task: Task, networks: number): Promise<number> {
  const model = modelOf(recipe);
  const [seed] = recipe.seeds;
  const { optimizer, weightDecay, batchSize } = recipe.training;
  const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay, batchSize, networks });
  try {
    const split = splitFor(recipe.task.dataset, recipe.task, seed);
    const mask = randomMask(planOf(recipe), model, middleLevel(recipe), seed);
    const control = new Pace();
    const all = Array.from({ length: networks }, (_, network) => network);
    for (const network of all)
      trainer.start(network, {
        snapshot: initialise(model, recipe.model.init, seed),
        planes: trainablePlanes(mask),
        batches: batchesOf(split.train, batchSize, seed),
        position: 0,
        rateAt: (position) => rateAt(recipe.training, position),
      });
    const upTo = (position: number) =>
      trainer.train(
        all.map(() => position),
        control,
      );
    await upTo(WARM_UP_STEPS);
    const began = performance.now();
    await upTo(WARM_UP_STEPS + TIMED_STEPS);
    return (performance.now() - began) / (TIMED_STEPS * networks);
  } finally {
    trainer.dispose();
  }
}

/** The level whose density is nearest to the mean of all. */
function middleLevel(recipe: Recipe): number {
  const ladder = densityLadder(planOf(recipe), modelOf(recipe));
  const mean = ladder.reduce((sum, density) => sum + density, 0) / ladder.length;
  const distance = ladder.map((density) => Math.abs(density - mean));
  return distance.indexOf(Math.min(...distance));
}
