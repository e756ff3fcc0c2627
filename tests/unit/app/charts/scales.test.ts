import { describe, expect, it } from 'vitest';
import { fit, keptScale, linear } from '../../../../src/app/charts/scales.ts';

describe('an axis', () => {
  it('shows nothing below 0 where nothing is negative, however wide it must be', () => {
    expect(fit([7, 7], 4, 28).domain).toEqual([0, 30]);
    expect(fit([200], 4, 200).domain).toEqual([100, 300]);
    expect(fit([-0.5, 0.2], 4, 2).domain[0]).toBeLessThan(-1);
  });
});

it('numbers go from range to range in proportion, also backwards; where there is no range, to the middle', () => {
  const y = linear([10, 20], [200, 100]);
  expect([10, 12.5, 20, 30].map(y)).toEqual([200, 175, 100, 0]);
  expect(linear([7, 7], [0, 100])(7)).toBe(50);
});

describe('densities on an axis', () => {
  it('are placed by their logarithms, the fullest first', () => {
    const { at, breakAt } = keptScale([1, 0.1, 0.01], [10, 210], 30);
    expect([1, 0.1, 0.01].map(at).map(Math.round)).toEqual([10, 110, 210]);
    expect(breakAt).toBeNull();
  });

  it('of zero stand beyond a break, and every other stays on the axis', () => {
    const { at, breakAt } = keptScale([1, 0.1, 0, 0], [10, 210], 30);
    expect([1, 0.1, 0].map(at).map(Math.round)).toEqual([10, 180, 210]);
    expect(breakAt).toBe(195);
  });

  it.each([[[1, 0]], [[1]], [[0]], [[0.5, 0.5]], [[]], [[1, 1e-9, 0]]])('%j have places that are numbers', (densities) => {
    const { at } = keptScale(densities, [10, 210], 30);
    for (const density of densities) {
      expect(at(density)).toBeGreaterThanOrEqual(10);
      expect(at(density)).toBeLessThanOrEqual(210);
    }
  });
});
