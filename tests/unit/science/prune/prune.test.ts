import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mlp } from '../../../../src/models/mlp.ts';
import { stream } from '../../../../src/numerics/streams.ts';
import { initialise } from '../../../../src/science/init.ts';
import { bitsWhere, countBits, denseMask, density, fullBits, getBit, layerDensity, type Mask } from '../../../../src/science/mask.ts';
import { criteria } from '../../../../src/science/prune/criteria.ts';
import { densityLadder } from '../../../../src/science/prune/counts.ts';
import { keptAfterRound } from '../../../../src/science/prune/rounds.ts';
import { parentLevel, planOf } from '../../../../src/science/plan.ts';
import { prune } from '../../../../src/science/prune/prune.ts';
import { keepTop } from '../../../../src/science/prune/top.ts';
import type { Recipe } from '../../../../src/science/recipe/schema.ts';
import { tinyRecipe } from '../recipes.ts';

const lenet = mlp({ family: 'mlp', hidden: [300, 100], activation: 'relu' }, { height: 28, width: 28, channels: 1 }, 10);
const pruning = {
  criterion: 'magnitude',
  scope: 'layerwise',
  schedule: 'iterative',
  levels: 15,
  rate: 0.2,
  convRate: 0.2,
  outputRate: 0.1,
};
const plan = (changes: Partial<Recipe['pruning']> = {}) => planOf(tinyRecipe({ pruning: { ...pruning, ...changes } }));
const scoresOf = (seed: number) => {
  const { parameters } = initialise(lenet, 'glorot-normal', seed);
  return criteria.magnitude.score({
    model: lenet,
    seed,
    mask: denseMask(lenet),
    init: parameters,
    final: parameters,
    weights: parameters,
    slopes: null,
  });
};
const cutTo = (level: number, from: Mask, changes: Partial<Recipe['pruning']> = {}) =>
  prune(plan(changes), lenet, level, from, () => scoresOf(1), 1, 'ties');

describe('counts', () => {
  it('the kept ladder of LeNet-300-100 is the paper’s', () => {
    expect(densityLadder(plan(), lenet).map((kept) => (100 * kept).toFixed(1))).toEqual(
      '100.0 80.0 64.1 51.3 41.1 32.9 26.3 21.1 16.9 13.5 10.8 8.7 7.0 5.6 4.5 3.6'.split(' '),
    );
  });

  it('a round cuts round-half-up(rate × kept now), worked by hand', () => {
    // 0.2 × 5 = 1; 0.5 × 5 = 2.5 rounds up to 3; 0.1 × 4 = 0.4 rounds to 0; 0.1 × 5 = 0.5 rounds up to 1.
    expect([keptAfterRound(5, 0.2), keptAfterRound(5, 0.5), keptAfterRound(4, 0.1), keptAfterRound(5, 0.1)]).toEqual([4, 2, 4, 4]);
  });

  it('is iterated, not a power: 7 weights at half become 3, then 1', () => {
    const model = mlp({ family: 'mlp', hidden: [], activation: 'relu' }, { height: 1, width: 1, channels: 7 }, 1);
    expect(densityLadder(plan({ levels: 2, outputRate: 0.5 }), model).map((kept) => Math.round(7 * kept))).toEqual([7, 3, 1]);
  });
});

describe('exact top-k', () => {
  it('keeps the largest, worked by hand', () => {
    const [kept] = keepTop([{ scores: Float32Array.of(3, 1, 4, 1, 5), present: fullBits(5) }], 3, stream(0, 'ties'));
    expect([0, 1, 2, 3, 4].filter((index) => getBit(kept, index))).toEqual([0, 2, 4]);
  });

  it('keeps exactly k with the highest scores, ties included, and nothing that was absent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.boolean()), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (weights, share) => {
          const scores = Float32Array.from(weights, ([score]) => score);
          const present = bitsWhere(weights.length, (index) => weights[index][1]);
          const keep = Math.floor(share * countBits(present));
          const [kept] = keepTop([{ scores, present }], keep, stream(1, 'ties'));
          expect(countBits(kept)).toBe(keep);
          const of = (chosen: boolean) => [...scores].filter((_, index) => getBit(present, index) && getBit(kept, index) === chosen);
          expect(weights.every((_, index) => getBit(present, index) || !getBit(kept, index))).toBe(true);
          if (keep > 0 && of(false).length > 0) expect(Math.min(...of(true))).toBeGreaterThanOrEqual(Math.max(...of(false)));
        },
      ),
    );
  });

  it('ties follow the stream: the same seed chooses the same, seeds choose differently, each equally often', () => {
    const scores = new Float32Array(10).fill(1);
    const chosen = (seed: number) => keepTop([{ scores, present: fullBits(10) }], 3, stream(seed, 'ties'))[0];
    expect(chosen(5)).toEqual(chosen(5));
    const counts = Array.from({ length: 10 }, () => 0);
    for (let seed = 0; seed < 1000; seed++) for (let index = 0; index < 10; index++) if (getBit(chosen(seed), index)) counts[index]++;
    for (const count of counts) expect(Math.abs(count - 300)).toBeLessThan(75);
  });

  it('refuses scores that are not numbers', () => {
    expect(() => keepTop([{ scores: Float32Array.of(1, NaN), present: fullBits(2) }], 1, stream(0, 'ties'))).toThrow(RangeError);
  });
});

describe('masks of a level', () => {
  it('layerwise: every layer keeps its own count of its own largest weights', () => {
    const scores = scoresOf(1);
    const mask = cutTo(1, denseMask(lenet));
    expect(layerDensity(lenet, mask)).toEqual([0.8, 0.8, 0.9]);
    const sorted = [...scores['output/weight']].sort((a, b) => b - a);
    for (let index = 0; index < 1000; index++)
      expect(getBit(mask['output/weight'], index)).toBe(scores['output/weight'][index] >= sorted[899]);
  });

  it('global: one count, and layers compete', () => {
    const mask = cutTo(1, denseMask(lenet), { scope: 'global', outputRate: 0.2 });
    expect(density(mask)).toBe(212_960 / 266_200);
    const layers = layerDensity(lenet, mask);
    // Glorot weights of the wide first layer are the smallest, so it loses more than its share.
    expect(layers[0]).toBeLessThan(0.8);
    expect(layers[2]).toBeGreaterThan(0.9);
  });

  it('is nested level to level, and uses magnitude, not sign', () => {
    const first = cutTo(1, denseMask(lenet));
    const second = cutTo(2, first);
    for (let index = 0; index < 30_000; index++)
      if (getBit(second['dense2/weight'], index)) expect(getBit(first['dense2/weight'], index)).toBe(true);
    const weights = initialise(lenet, 'glorot-normal', 1).parameters['dense2/weight'];
    const negative = [...weights].filter((value, index) => value < 0 && getBit(first['dense2/weight'], index)).length;
    expect(negative / 24_000).toBeCloseTo(0.5, 1);
  });

  it('one-shot cuts level 0 straight to the rung', () => {
    expect([1, 2, 7].map((level) => parentLevel(plan({ schedule: 'one-shot' }), level))).toEqual([0, 0, 0]);
    expect([1, 2, 7].map((level) => parentLevel(plan(), level))).toEqual([0, 1, 6]);
    const mask = cutTo(7, denseMask(lenet), { schedule: 'one-shot' });
    expect((100 * density(mask)).toFixed(1)).toBe('21.1');
  });

  it('exponential scores what is left anew before each of a hundred cuts, at ρ^(k/100) of the weights', () => {
    const seen: number[] = [];
    const scores = scoresOf(1);
    prune(
      plan({ schedule: 'exponential', scope: 'global', rate: 0.9, convRate: 0.9, outputRate: 0.9, levels: 1 }),
      lenet,
      1,
      denseMask(lenet),
      (left) => {
        seen.push(density(left));
        return scores;
      },
      1,
      'ties',
    );
    expect(seen).toHaveLength(100);
    [0, 1, 50, 99].forEach((round) => expect(seen[round]).toBeCloseTo(0.1 ** (round / 100), 5));
  });
});
