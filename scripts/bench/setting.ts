/** What is trained: networks, data and masks, the same for every engine. */
import { readFile } from 'node:fs/promises';
import { buildModel } from '../../src/models/build.ts';
import { prunableParameters, type Model } from '../../src/models/model.ts';
import { stream } from '../../src/numerics/streams.ts';
import { initialise } from '../../src/science/init.ts';
import { denseMask, type Mask } from '../../src/science/mask.ts';
import { randomScores } from '../../src/science/prune/criteria.ts';
import { keepTop } from '../../src/science/prune/top.ts';
import type { Optimizer } from '../../src/science/recipe/schema.ts';
import type { Snapshot } from '../../src/science/tensors.ts';
import { batchesOf } from '../../src/tasks/batches.ts';
import { openTask, type Source } from '../../src/tasks/load.ts';
import { splitFor } from '../../src/tasks/split.ts';
import type { Batches, Task } from '../../src/tasks/task.ts';
import { Builder } from '../../tests/support/tiny-nets.ts';

export const BATCH = 64;
const SEED = 1;
const sizes = { train: 55_000, validation: 5_000, test: 10_000 };

export const adam = { type: 'adam', learningRate: 0.0012, beta1: 0.9, beta2: 0.999 } as const satisfies Optimizer;

export interface Setting {
  readonly name: string;
  readonly task: Task;
  readonly model: Model;
  readonly start: Snapshot;
  readonly batches: Batches;
}

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

export const lenet = (task: Task): Setting =>
  setting('lenet-300-100', task, buildModel({ family: 'mlp', hidden: [300, 100], activation: 'relu' }, task.input, task.classes));

/** Two 3×3 convolutions, each with a 2×2 max pool behind it. */
export const convolutional = (task: Task): Setting =>
  setting(
    'conv-8-16',
    task,
    new Builder(task.input)
      .conv(8, 3, 1, 1)
      .activate('relu')
      .pool('max-pool', 2, 2)
      .conv(16, 3, 1, 1)
      .activate('relu')
      .pool('max-pool', 2, 2)
      .dense(task.classes)
      .model('two-convolutions'),
  );

/** Each prunable parameter keeps this share of its weights, drawn at random; masks of lower density lie in those of higher. */
export function randomMask(model: Model, density: number): Mask {
  const scores = randomScores(model, SEED, 'bench');
  const full = denseMask(model);
  return Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => [
      name,
      keepTop([{ scores: scores[name], present: full[name] }], Math.round(size * density), stream(SEED, `bench/${name}`))[0],
    ]),
  );
}
