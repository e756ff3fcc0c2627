/** How many weights runs keep, in a link: only where that is learned and does not follow from the recipe. */
import { prunableParameters } from '../../models/model.ts';
import { modelOf } from '../../science/recipe/model.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import { ByteReader, ByteWriter, Malformed } from '../bytes.ts';

/** Whether a link of this recipe tells densities of its own. */
export const tellsDensities = ({ method }: Recipe): boolean => method.type === 'bernoulli';

const weightsOf = (recipe: Recipe): number => prunableParameters(modelOf(recipe)).reduce((sum, { size }) => sum + size, 0);

/** A count of weights a run, in the order of the figures. */
export function writeDensities(recipe: Recipe, runs: readonly { readonly density: number }[]): Uint8Array {
  const all = weightsOf(recipe);
  const writer = new ByteWriter();
  for (const { density } of runs) writer.varint(Math.round(density * all));
  return writer.done();
}

/** One density (0..1) for each of `count` runs. Throws `Malformed` where there are others than that. */
export function readDensities(recipe: Recipe, bytes: Uint8Array, count: number): number[] {
  const all = weightsOf(recipe);
  const reader = new ByteReader(bytes);
  const densities = Array.from({ length: count }, () => reader.varint() / all);
  reader.end();
  if (densities.some((density) => density > 1)) throw new Malformed();
  return densities;
}
