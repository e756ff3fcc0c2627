/** The verdict at each of its boundaries. */
import { describe, expect, it } from 'vitest';
import type { RunFigures } from '../../../../src/science/analysis/summary.ts';
import { pairedToDense, verdictOf } from '../../../../src/science/analysis/verdict.ts';

/** Test accuracies and early-stop steps of a level, a pair a seed. */
const runs = (level: number, ...seeds: readonly (readonly [accuracy: number, stop: number])[]): RunFigures[] =>
  seeds.map(([testAccuracy, step], index) => ({
    seed: index + 1,
    arm: 'ticket',
    level,
    density: 0.8 ** level,
    testAccuracy,
    earlyStop: { step, testAccuracy },
  }));

/** Mean 0.92, sample standard deviation 0.02; its population's would be 0.0163. */
const dense = runs(0, [0.9, 100], [0.92, 200], [0.94, 300]);
const verdict = (...seeds: readonly (readonly [number, number])[]) => verdictOf([...dense, ...runs(3, ...seeds)], 'ticket', 3);

describe('a verdict', () => {
  it('is winning at dense accuracy and the same early stop', () => {
    expect(verdict([0.9, 100], [0.92, 200], [0.94, 300])).toBe('winning');
    expect(verdict([0.94, 300], [0.92, 200], [0.9, 100])).toBe('winning');
  });

  it('is matching where accuracy holds but early stop comes later', () => {
    expect(verdict([0.95, 100], [0.95, 200], [0.95, 301])).toBe('matching');
  });

  it('is matching down to one sample standard deviation below dense, losing beyond', () => {
    expect(verdict([0.88, 10], [0.9, 10], [0.92, 10])).toBe('matching');
    expect(verdict([0.8799, 10], [0.9, 10], [0.92, 10])).toBe('losing');
    expect(verdict([0.9, 10], [0.92, 10], [0.939, 10])).toBe('matching');
  });

  it('takes three seeds, each with its own dense network', () => {
    expect(verdict([0.9, 100], [0.92, 200])).toBeNull();
    const strangers = runs(3, [0.99, 1], [0.99, 1], [0.99, 1]).map((run) => ({ ...run, seed: run.seed + 1 }));
    expect(verdictOf([...dense, ...strangers], 'ticket', 3)).toBeNull();
    expect(verdictOf([], 'ticket', 3)).toBeNull();
    expect(verdictOf(dense, 'ticket', 0)).toBeNull();
  });

  it('is of one arm: another at the same level is not heard', () => {
    const reinit = runs(3, [0.5, 1], [0.5, 1], [0.5, 1]).map((run) => ({ ...run, arm: 'reinit' as const }));
    const all = [...dense, ...runs(3, [0.95, 1], [0.95, 1], [0.95, 1]), ...reinit];
    expect([verdictOf(all, 'ticket', 3), verdictOf(all, 'reinit', 3)]).toEqual(['winning', 'losing']);
  });
});

describe('paired differences', () => {
  it('hold each seed against its own dense network', () => {
    const [one, , three] = pairedToDense([...dense, ...runs(3, [0.91, 50], [0.9, 250], [0.94, 300])], 'ticket', 3);
    expect(one).toMatchObject({ seed: 1, earlyStop: -50 });
    expect(one.accuracy).toBeCloseTo(0.01, 12);
    expect(three).toEqual({ seed: 3, accuracy: 0, earlyStop: 0 });
  });
});
