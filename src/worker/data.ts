/** The data that a worker trains on: each set opened once, and what a seed makes of it. */
import { stableText } from '../science/recipe/plain.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import { batchesOf } from '../tasks/batches.ts';
import { corrupted } from '../tasks/corrupt.ts';
import { openTask, type Source } from '../tasks/load.ts';
import { splitFor } from '../tasks/split.ts';
import type { Batches, Split, Task } from '../tasks/task.ts';
import { Recent } from './recent.ts';

/** What is trained on, and what tickets are drawn on. */
const TASKS_KEPT = 2;
/** Each is a copy of its data, one a seed: as many as are trained on side by side, as a rule. */
const CORRUPTIONS_KEPT = 4;

export class Data {
  private readonly tasks = new Recent<Task>(TASKS_KEPT);
  private readonly corruptions = new Recent<Task>(CORRUPTIONS_KEPT);

  /** `loading` hears of bytes as they arrive. */
  constructor(
    private readonly source: Source,
    private readonly loading: (loadedBytes: number, totalBytes: number) => void,
  ) {}

  /** What a seed trains, validates and tests on, in its order. */
  async of(recipe: Recipe, seed: number): Promise<{ task: Task; split: Split; batches: Batches }> {
    const split = splitFor(recipe.task.dataset, recipe.task, seed);
    const opened = await this.open(recipe);
    const { corrupt } = recipe.task;
    const task =
      corrupt === 'none'
        ? opened
        : await this.corruptions.get(stableText([recipe.task, seed]), () => corrupted(opened, corrupt, split, seed));
    return { task, split, batches: batchesOf(split.train, recipe.training.batchSize, seed) };
  }

  /** The recipe's data, opened once. */
  open({ task }: Recipe): Promise<Task> {
    const { corrupt, ...asked } = task;
    return this.tasks.get(stableText(asked), () => openTask(asked, this.source, this.loading));
  }
}
