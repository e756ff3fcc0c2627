/** Which examples a seed trains, validates and tests on: a pure function of the set, the sizes and the seed. */
import { permutation, stream } from '../numerics/streams.ts';
import { checkSizes, findDataset, type Sizes } from './catalogue.ts';
import type { Split } from './task.ts';

/**
 * Training and validation share the first train + validation examples of the pool, in a random order, so that no more
 * shards are loaded than the sizes need; the test examples are the set's own, in file order. A set without test examples
 * of its own gives all three from one random order of the whole. Throws a LabError where the set has not that many.
 */
export function splitFor(datasetName: string, sizes: Sizes, seed: number): Split {
  const dataset = findDataset(datasetName);
  checkSizes(dataset, sizes);
  const { train, validation, test } = sizes;
  const hasOwnTest = dataset.test > 0;
  const order = permutation(stream(seed, 'split'), hasOwnTest ? train + validation : dataset.pool);
  return {
    train: order.slice(0, train),
    validation: order.slice(train, train + validation),
    test: hasOwnTest
      ? Uint32Array.from({ length: test }, (_, index) => dataset.pool + index)
      : order.slice(train + validation, train + validation + test),
  };
}
