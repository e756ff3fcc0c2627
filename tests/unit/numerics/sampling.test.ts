import { mean, sampleKurtosis, sampleSkewness, standardDeviation } from 'simple-statistics';
import { expect, it } from 'vitest';
import { normal, symmetric } from '../../../src/numerics/sampling.ts';
import { permutation, stream } from '../../../src/numerics/streams.ts';

it('normal variates have the moments of a standard normal', () => {
  const source = stream(7, 'test');
  const values = Array.from({ length: 40_000 }, () => normal(source));
  expect(Math.abs(mean(values))).toBeLessThan(0.02);
  expect(Math.abs(standardDeviation(values) - 1)).toBeLessThan(0.02);
  expect(Math.abs(sampleSkewness(values))).toBeLessThan(0.05);
  expect(Math.abs(sampleKurtosis(values))).toBeLessThan(0.1);
  expect(values.filter((value) => Math.abs(value) > 1.96).length / values.length).toBeCloseTo(0.05, 2);
});

it('symmetric variates fill their interval evenly', () => {
  const source = stream(7, 'test');
  const values = Array.from({ length: 20_000 }, () => symmetric(source, 3));
  expect(values.every((value) => value >= -3 && value < 3)).toBe(true);
  expect(standardDeviation(values)).toBeCloseTo(3 / Math.sqrt(3), 1);
});

it('streams of other names or seeds have nothing in common', () => {
  const first = (seed: number, name: string) =>
    Array.from(
      { length: 8 },
      (
        (source) => () =>
          source.bits32()
      )(stream(seed, name)),
    );
  expect(first(0, 'init')).toEqual(first(0, 'init'));
  expect(first(0, 'init')).not.toEqual(first(1, 'init'));
  expect(first(0, 'init')).not.toEqual(first(0, 'order'));
});

it('permutations are uniform: chi-square over the 24 orders of four', () => {
  const source = stream(3, 'test');
  const counts = new Map<string, number>();
  const draws = 24_000;
  for (let draw = 0; draw < draws; draw++) {
    const key = permutation(source, 4).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const expected = draws / 24;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(counts.size).toBe(24);
  // 23 degrees of freedom: 99.9 % of uniform draws stay below.
  expect(chiSquare).toBeLessThan(49.7);
});
