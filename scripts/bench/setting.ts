/** What is trained: networks, data and masks, the same for every engine. */
import { readFile } from 'node:fs/promises';
import { initialise } from '../../src/science/init.ts';
import type { Recipe } from '../../src/science/recipe/schema.ts';
import { batchesOf } from '../../src/tasks/batches.ts';
import { openTask, type Source } from '../../src/tasks/load.ts';
import { splitFor } from '../../src/tasks/split.ts';
import type { Split, Task } from '../../src/tasks/task.ts';
import { BATCH, nets, SEED, type Setting } from './common.ts';

const sizes = { train: 55_000, validation: 5_000, test: 10_000 };

const folder = new URL('../../datasets/', import.meta.url);
const source: Source = {
  async read(path, onBytes) {
    const bytes = await readFile(new URL(path, folder));
    onBytes(bytes.length);
    return bytes;
  },
};

/** A data set with all examples of the split here, which usually is that of the papers. */
export async function openDataset(dataset: string, split: Pick<Recipe['task'], keyof typeof sizes> = sizes): Promise<Task> {
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
    batches: batchesOf(splitFor(dataset, sizes, SEED).train, BATCH, SEED),
  };
};

export const lenet = (task: Task): Setting => settingOf('mnist', 'lenet-300-100', task);

export const convolutional = (task: Task): Setting => settingOf('mnist', 'conv-8-16', task);
