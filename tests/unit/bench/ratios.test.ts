import { describe, expect, it } from 'vitest';
import { orderOf, ratioOf } from '../../../scripts/bench/ratios.ts';

describe('the ratio of two sides', () => {
  it('is the median over rounds, with the quartiles beside it', () => {
    expect(ratioOf([2, 4, 6, 8, 10], [1, 1, 1, 1, 1])).toEqual({ median: 6, lower: 4, upper: 8 });
  });

  it('compares the turns of one round, so that a machine that grows busy changes nothing', () => {
    const busy = [1, 5, 2, 40, 3];
    const { median, lower, upper } = ratioOf(
      busy.map((factor) => 3 * factor),
      busy.map((factor) => 2 * factor),
    );
    expect([median, lower, upper]).toEqual([1.5, 1.5, 1.5]);
  });

  it('is not moved by a round in which one side was held up', () => {
    expect(ratioOf([2, 2, 200, 2, 2], [1, 1, 1, 1, 1]).median).toBe(2);
  });

  it('refuses turns that have no partner', () => {
    expect(() => ratioOf([1, 2], [1])).toThrow(RangeError);
    expect(() => ratioOf([], [])).toThrow(RangeError);
  });

  it('is of sides that go first equally often', () => {
    expect([0, 1, 2, 3].map(orderOf)).toEqual([
      [0, 1],
      [1, 0],
      [0, 1],
      [1, 0],
    ]);
  });
});
