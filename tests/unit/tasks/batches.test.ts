import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitFor } from '../../../src/tasks/split.ts';
import { batchesOf, withNoise } from '../../../src/tasks/batches.ts';
import type { Batches } from '../../../src/tasks/task.ts';
import { batchHash } from '../../support/batch-hash.ts';

const epochOf = (batches: Batches, epoch: number, perEpoch: number): readonly number[] =>
  Array.from({ length: perEpoch }, (_, index) => [...batches.at(epoch * perEpoch + index)]).flat();

/** Training examples with gaps, over several blocks, in no order. */
const someTraining = fc
  .uniqueArray(fc.integer({ min: 0, max: 45_000 }), { minLength: 1, maxLength: 300 })
  .map((list) => Uint32Array.from(list));

describe('batches', () => {
  it('take every example at most once an epoch, and all of them but the ragged rest', () => {
    fc.assert(
      fc.property(someTraining, fc.integer({ min: 1, max: 50 }), fc.nat({ max: 5 }), fc.nat(), (train, wanted, epoch, seed) => {
        const batchSize = Math.min(wanted, train.length);
        const perEpoch = Math.floor(train.length / batchSize);
        const seen = epochOf(batchesOf(train, batchSize, seed), epoch, perEpoch);
        expect(seen).toHaveLength(perEpoch * batchSize);
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.every((example) => train.includes(example))).toBe(true);
      }),
    );
  });

  it('are a pure function of training examples, size and seed, at any position in any order', () => {
    fc.assert(
      fc.property(someTraining, fc.nat(), fc.array(fc.nat({ max: 2_000 }), { maxLength: 30 }), (train, seed, positions) => {
        const batchSize = Math.max(1, Math.floor(train.length / 3));
        const asked = batchesOf(train, batchSize, seed);
        for (const position of positions) expect([...asked.at(position)]).toEqual([...batchesOf(train, batchSize, seed).at(position)]);
      }),
    );
  });

  it('go through blocks of 10 000 examples one after another in epoch 0, and everywhere later', () => {
    fc.assert(
      fc.property(someTraining, fc.nat(), (train, seed) => {
        const blocks = epochOf(batchesOf(train, 1, seed), 0, train.length).map((example) => Math.floor(example / 10_000));
        expect(blocks).toEqual([...blocks].sort((one, other) => one - other));
      }),
    );
    const { train } = splitFor('mnist', { train: 55_000, validation: 5_000, test: 1 }, 1);
    const batches = batchesOf(train, 60, 1);
    const perEpoch = Math.floor(55_000 / 60);
    expect(Math.max(...batches.at(0), ...batches.at(150))).toBeLessThan(10_000);
    expect(Math.min(...batches.at(perEpoch - 1))).toBeGreaterThanOrEqual(50_000);
    expect(Math.max(...batches.at(perEpoch))).toBeGreaterThan(30_000);
    // Within the first block the order is random: the first batch's mean is near the middle (standard error 373).
    const mean = batches.at(0).reduce((sum, example) => sum + example, 0) / 60;
    expect(Math.abs(mean - 4_999.5)).toBeLessThan(4 * 373);
  });

  it('come in another order each epoch, with each seed, and from each stream', () => {
    const train = Uint32Array.from({ length: 600 }, (_, index) => index);
    const hash = (seed: number, epoch: number, streamName?: string): string =>
      batchHash(batchesOf(train, 60, seed, streamName), epoch * 10, (epoch + 1) * 10);
    const hashes = [hash(1, 0), hash(1, 1), hash(1, 2), hash(2, 0), hash(0, 0), hash(1, 0, 'noise/1'), hash(1, 1, 'noise/1')];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hash(1, 1)).toBe(hash(1, 1));
  });

  it('follow another order from some position on', () => {
    const train = Uint32Array.from({ length: 100 }, (_, index) => index);
    const order = batchesOf(train, 10, 1);
    const noise = batchesOf(train, 10, 1, 'noise/1');
    const noisy = withNoise(order, noise, 7);
    expect(noisy.batchSize).toBe(10);
    expect(batchHash(noisy, 0, 7)).toBe(batchHash(order, 0, 7));
    expect(batchHash(noisy, 7, 40)).toBe(batchHash(noise, 7, 40));
    expect(batchHash(noisy, 7, 40)).not.toBe(batchHash(order, 7, 40));
  });

  it('need at least one full batch', () => {
    expect(() => batchesOf(Uint32Array.of(1, 2, 3), 4, 1)).toThrow('training examples');
  });

  it('stay what they were', () => {
    // Stored results and shared links depend on these numbers.
    const batches = batchesOf(
      Uint32Array.from({ length: 25_000 }, (_, index) => index),
      60,
      1,
    );
    expect(batchHash(batches, 0, 1_000)).toBe('0996f20be9ec2454403f6c4e3e99d929d09bb425b0351ef747a31d8c9071df48');
  });
});
