/** A few test images of a recipe, for people to look at: pixels as measured, from the files that hold them and no others. */
import { volume } from '../models/model.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import { findDataset } from './catalogue.ts';
import type { Dataset } from './dataset.ts';
import { openPacked } from './inflate.ts';
import { setFloats } from './inputs.ts';
import { neededShards, type Source } from './shards.ts';
import { splitFor } from './split.ts';

export interface Examples {
  readonly labels: Uint8Array;
  /** Image after image, [height][width][channels]; 0..the set's scale. */
  readonly pixels: Uint8Array;
}

/** The first `count` test examples of a seed, in the order of its split. The set's values are bytes. */
export async function testExamples(task: Omit<Recipe['task'], 'corrupt'>, seed: number, count: number, source: Source): Promise<Examples> {
  const dataset = findDataset(task.dataset);
  const wanted = splitFor(task.dataset, task, seed).test.subarray(0, count);
  const size = volume(dataset.input);
  const labels = new Uint8Array(wanted.length);
  const pixels = new Uint8Array(wanted.length * size);
  for (const { file, first } of neededShards(dataset, task)) {
    const places = [...wanted.keys()].filter((place) => wanted[place] >= first && wanted[place] < first + file.count);
    if (places.length === 0) continue;
    const packed = await openPacked(dataset, file, await source.read(file.path, () => undefined));
    for (const place of places) {
      const example = wanted[place] - first;
      labels[place] = packed.labels[example];
      pixels.set(packed.inputs.subarray(example * size, (example + 1) * size), place * size);
    }
  }
  return { labels, pixels };
}

/** Measured pixels, of any number of images, as a network reads them. */
export function pixelInputs(dataset: Dataset, normalise: Recipe['task']['normalise'], pixels: Uint8Array): Float32Array {
  const inputs = new Float32Array(pixels.length);
  setFloats(inputs, 0, Float32Array.from(pixels), dataset, normalise);
  return inputs;
}
