/** What is trained: networks, data and masks, the same for every engine. */
import { readFile } from 'node:fs/promises';
import type { Model } from '../../src/models/model.ts';
import { initialise } from '../../src/science/init.ts';
import { batchesOf } from '../../src/tasks/batches.ts';
import { openTask, type Source } from '../../src/tasks/load.ts';
import { splitFor } from '../../src/tasks/split.ts';
import type { Task } from '../../src/tasks/task.ts';
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

export async function openMnist(): Promise<Task> {
  const task = await openTask({ dataset: 'mnist', ...sizes, normalise: 'dataset', augment: [] }, source, () => undefined);
  await task.ready(Uint32Array.from({ length: task.count }, (_, example) => example));
  return task;
}

const setting = (name: string, task: Task, model: Model): Setting => ({
  name,
  task,
  model,
  start: initialise(model, 'glorot-normal', SEED),
  batches: batchesOf(splitFor('mnist', sizes, SEED).train, BATCH, SEED),
});

export const lenet = (task: Task): Setting => setting('lenet-300-100', task, nets['lenet-300-100'](task));

export const convolutional = (task: Task): Setting => setting('conv-8-16', task, nets['conv-8-16'](task));
