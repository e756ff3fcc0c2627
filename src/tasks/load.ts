/** From a recipe's words to a task whose examples arrive shard by shard. */
import { volume } from '../models/model.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import { checkSizes, findDataset } from './catalogue.ts';
import { generate } from './generate.ts';
import { openPacked } from './inflate.ts';
import { emptyInputs, setFloats } from './inputs.ts';
import type { Packed } from './packed.ts';
import { Arrivals, countedReader, neededShards, type Source } from './shards.ts';
import type { Task } from './task.ts';

export { Unreachable, type Source } from './shards.ts';

/**
 * Opens the task of a recipe: resolves when its first training shard is there, while the rest keeps arriving in order;
 * only the shards that the sizes need are read. `progress` counts packed bytes. Rejects with a LabError that names the
 * field or file at fault; a later shard that fails makes `ready` reject for its examples, and only for them, and is
 * tried again when they are next asked for.
 */
export async function openTask(
  recipe: Omit<Recipe['task'], 'corrupt'>,
  source: Source,
  progress: (loadedBytes: number, totalBytes: number) => void,
): Promise<Task> {
  const dataset = findDataset(recipe.dataset);
  checkSizes(dataset, recipe);
  const inputs = emptyInputs(dataset, recipe.normalise);
  const labels = new Uint8Array(dataset.pool + dataset.test);
  const size = volume(dataset.input);

  function place(first: number, packed: Pick<Packed, 'labels' | 'inputs'>): void {
    labels.set(packed.labels, first);
    if (inputs.kind === 'bytes') inputs.values.set(packed.inputs, first * size);
    else setFloats(inputs.values, first * size, floats(packed.inputs), dataset, recipe.normalise);
  }

  const task = { dataset: dataset.name, input: dataset.input, classes: dataset.classes, count: labels.length, inputs, labels };
  if (dataset.files.pool.length === 0) {
    const made = generate(dataset.name);
    place(0, { labels: made.labels, inputs: new Uint8Array(made.points.buffer) });
    return { ...task, ready: () => Promise.resolve() };
  }

  const shards = neededShards(dataset, recipe);
  const read = countedReader(source, shards, progress);
  const arrivals = new Arrivals(shards, async ({ file, first }) => place(first, await openPacked(dataset, file, await read(file))));
  await arrivals.shard(0);
  return { ...task, ready: (examples) => arrivals.examples(examples) };
}

/** The float32 values (little-endian) of bytes that may lie anywhere in their buffer. */
function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
