/** What is trained: networks, data and masks, the same for every engine. */
import { readFile } from 'node:fs/promises';
import { initialise } from '../../src/science/init.ts';
import type { Recipe } from '../../src/science/recipe/schema.ts';
import { batchesOf } from '../../src/tasks/batches.ts';
import { findDataset } from '../../src/tasks/catalogue.ts';
import { openTask, type Source } from '../../src/tasks/load.ts';
import { splitFor } from '../../src/tasks/split.ts';
import type { Split, Task } from '../../src/tasks/task.ts';
import { BATCH, nets, SEED, type Setting } from './common.ts';

type Sizes = Pick<Recipe['task'], 'train' | 'validation' | 'test'>;

/** The papers' 5 000 images to validate on, and the rest of a set that has more to train on. */
const sizesOf = (dataset: string): Sizes => {
  const { pool, test } = findDataset(dataset);
  return { train: pool - 5_000, validation: 5_000, test };
};

const folder = new URL('../../datasets/', import.meta.url);
const source: Source = {
  async read(path, onBytes) {
    const bytes = await readFile(new URL(path, folder));
    onBytes(bytes.length);
    return bytes;
  },
};

/** A data set with all examples of the split here. */
export async function openDataset(dataset: string, split = sizesOf(dataset)): Promise<Task> {
  const { train, validation, test } = split;
  const task = await openTask({ dataset, train, validation, test, normalise: 'dataset', augment: [] }, source, () => undefined);
  const its: Split = splitFor(dataset, { train, validation, test }, SEED);
  for (const examples of [its.train, its.validation, its.test]) await task.ready(examples);
  return task;
}

export const openMnist = (): Promise<Task> => openDataset('mnist');

export const settingOf = (dataset: string, net: keyof typeof nets, task: Task): Setting => {
  const model = nets[net](task);
  return {
    ...{ name: net, task, model, start: initialise(model, 'glorot-normal', SEED) },
    batches: batchesOf(splitFor(dataset, sizesOf(dataset), SEED).train, BATCH, SEED),
  };
};

export const lenet = (task: Task): Setting => settingOf('mnist', 'lenet-300-100', task);

export const convolutional = (task: Task): Setting => settingOf('mnist', 'conv-8-16', task);
