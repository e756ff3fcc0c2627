/** Siblings on the sparse engine, on digits; and the line between two networks worked out by hand. */
import { describe, expect, it } from 'vitest';
import { barriers, between, heightOf } from '../../../../src/science/analysis/barrier.ts';
import { tinyRecipe } from '../recipes.ts';
import { benchOf } from './lab-bench.ts';
import { chain } from './chain.ts';

const recipe = tinyRecipe({
  task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
  model: { family: 'mlp', hidden: [24], activation: 'tanh' },
  training: { batchSize: 50, steps: 200, evaluateEvery: 100 },
});

describe('instability', () => {
  it('of siblings that part at the last step, or never part, is exactly nothing', async () => {
    const bench = await benchOf(recipe, 0);
    const [last] = await barriers(bench, [200], { points: 5 });
    expect(last).toMatchObject({ step: 200, errorBarrier: 0, trainLossBarrier: 0, isStable: true });
    expect(new Set(last.line.map(({ testLoss }) => testLoss)).size).toBe(1);
    const [twins] = await barriers(bench, [0], { points: 5, noises: ['noise/1', 'noise/1'] });
    expect(twins).toMatchObject({ errorBarrier: 0, trainLossBarrier: 0 });
  });

  it('is the same whichever sibling comes first', async () => {
    const bench = await benchOf(recipe, 1);
    const [one] = await barriers(bench, [0], { points: 5 });
    const [other] = await barriers(bench, [0], { points: 5, noises: ['noise/2', 'noise/1'] });
    expect(other.line.map(({ at: _, ...point }) => point)).toEqual(one.line.map(({ at: _, ...point }) => point).reverse());
    expect(other.errorBarrier).toBe(one.errorBarrier);
    // They did part: neither end is the other.
    expect(one.line[0].testLoss).not.toBe(one.line[4].testLoss);
  });

  it('finds the weights at a step again where they were not kept', async () => {
    const remembered = await benchOf(recipe, 0, [60]);
    const forgotten = { ...remembered, kept: {} };
    expect(await barriers(forgotten, [60], { points: 3 })).toEqual(await barriers(remembered, [60], { points: 3 }));
  });

  it('takes the steps in order, each once, and tells how far it is', async () => {
    const shares: number[] = [];
    const bench = { ...(await benchOf(recipe, 0)), progress: (share: number) => void shares.push(share) };
    const found = await barriers(bench, [200, 120, 200], { points: 3 });
    expect(found.map(({ step }) => step)).toEqual([120, 200]);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[shares.length - 1]).toBe(1);
  });
});

describe('the line between two networks', () => {
  const network = (value: number) => ({
    parameters: Object.fromEntries(chain.parameters.map(({ name, size }) => [name, new Float32Array(size).fill(value)])),
    buffers: {},
  });

  it('begins and ends at them, and is evenly spaced', () => {
    const at = (part: number): number => between(chain, network(2), network(6), part, 4).parameters['output/bias'][0];
    expect([0, 1, 2, 3, 4].map(at)).toEqual([2, 3, 4, 5, 6]);
  });

  it('is as high as its highest point above the mean of its ends', () => {
    expect(heightOf([0.1, 0.5, 0.3])).toBeCloseTo(0.3, 12);
    expect(heightOf([0.1, 0.1, 0.3])).toBeCloseTo(0.1, 12);
    expect(heightOf([0.2, 0, 0.2])).toBe(0);
  });
});
