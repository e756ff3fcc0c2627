/** How many weights runs keep, in a link: only where that is learned and does not follow from the recipe. */
import { prunableParameters, type Model } from '../../models/model.ts';
import type { Plan } from '../../science/plan.ts';
import { ByteReader, ByteWriter, Malformed } from '../bytes.ts';

/** Whether a link along this plan tells densities of its own. */
export const tellsDensities = ({ recipe, from }: Plan): boolean =>
  recipe.method.type === 'bernoulli' || (from !== null && tellsDensities(from.plan));

const weightsOf = (model: Model): number => prunableParameters(model).reduce((sum, { size }) => sum + size, 0);

/** A count of weights a run, in the order of the figures. */
export function writeDensities(model: Model, runs: readonly { readonly density: number }[]): Uint8Array {
  const all = weightsOf(model);
  const writer = new ByteWriter();
  for (const { density } of runs) writer.varint(Math.round(density * all));
  return writer.done();
}

/** One density (0..1) for each of `count` runs. Throws `Malformed` where there are others than that. */
export function readDensities(model: Model, bytes: Uint8Array, count: number): number[] {
  const all = weightsOf(model);
  const reader = new ByteReader(bytes);
  const densities = Array.from({ length: count }, () => reader.varint() / all);
  reader.end();
  if (densities.some((density) => density > 1)) throw new Malformed();
  return densities;
}
