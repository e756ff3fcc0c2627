/** The seed's order of batches: a pure function of the training examples and the seed, the same for every arm and level. */
import { permutation, stream } from '../numerics/streams.ts';
import type { Batches } from './task.ts';

/** The first epoch goes through the examples in blocks of this many: the size of a shard. It shapes every order, so it never changes. */
const BLOCK = 10_000;

/**
 * Batches of the training examples, each epoch in a new random order from the stream `streamName/epoch`; a last batch
 * that is not full is dropped. Epoch 0 takes the blocks of example numbers one after another, at random within each, so
 * that training can begin before the last shard has arrived. Batches are views of the epoch's order.
 */
export function batchesOf(train: Uint32Array, batchSize: number, seed: number, streamName = 'order'): Batches {
  const perEpoch = Math.floor(train.length / batchSize);
  if (perEpoch < 1) throw new Error('a batch is at most all training examples');
  let current = { epoch: -1, order: train };
  return {
    batchSize,
    at(position) {
      const epoch = Math.floor(position / perEpoch);
      if (epoch !== current.epoch) current = { epoch, order: orderOf(train, epoch, seed, streamName) };
      const from = (position - epoch * perEpoch) * batchSize;
      return current.order.subarray(from, from + batchSize);
    },
  };
}

/** Another order from some position on (instability analysis, Frankle et al. 2020). */
export function withNoise(batches: Batches, noise: Batches, fromPosition: number): Batches {
  return { batchSize: batches.batchSize, at: (position) => (position < fromPosition ? batches : noise).at(position) };
}

function orderOf(train: Uint32Array, epoch: number, seed: number, streamName: string): Uint32Array {
  const source = stream(seed, `${streamName}/${epoch}`);
  const shuffled = (examples: Uint32Array): Uint32Array => permutation(source, examples.length).map((index) => examples[index]);
  if (epoch > 0) return shuffled(train);
  const order = new Uint32Array(train.length);
  let filled = 0;
  for (const block of blocksOf(train)) {
    order.set(shuffled(block), filled);
    filled += block.length;
  }
  return order;
}

/** The examples by block of their numbers, blocks ascending. */
function blocksOf(train: Uint32Array): readonly Uint32Array[] {
  const blocks = new Map<number, number[]>();
  for (const example of train) {
    const number = Math.floor(example / BLOCK);
    const block = blocks.get(number);
    if (block === undefined) blocks.set(number, [example]);
    else block.push(example);
  }
  return [...blocks].sort(([one], [other]) => one - other).map(([, block]) => Uint32Array.from(block));
}
