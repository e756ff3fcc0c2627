import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cos, exp, log, PI, pow, sin } from '../../../src/numerics/elementary.ts';

/** Distance in units of the expected value's last place, near enough: 2^-52 of its size. */
const off = (got: number, expected: number): number => Math.abs(got - expected) / (Math.abs(expected) * Number.EPSILON || 1);

const range = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('elementary functions against the host’s', () => {
  it('log', () => {
    fc.assert(
      fc.property(range(1e-320, 1e300), (x) => Math.abs(log(x) - Math.log(x)) <= 4 * Number.EPSILON * Math.max(1, Math.abs(Math.log(x)))),
    );
    expect([log(0), log(1), log(Infinity), log(-1), log(NaN)]).toEqual([-Infinity, 0, Infinity, NaN, NaN]);
  });

  it('exp', () => {
    fc.assert(fc.property(range(-700, 700), (x) => off(exp(x), Math.exp(x)) <= 4));
    expect([exp(0), exp(710), exp(-746), exp(NaN)]).toEqual([1, Infinity, 0, NaN]);
  });

  it('pow', () => {
    fc.assert(
      fc.property(range(0.1, 1), fc.integer({ min: 0, max: 100_000 }), (x, n) => Math.abs(pow(x, n) - x ** n) <= 1e-10 * x ** n + 1e-300),
    );
    fc.assert(fc.property(range(1e-3, 1e3), range(-10, 10), (x, y) => off(pow(x, y), x ** y) <= 400));
    expect([pow(0.9, 0), pow(2, 10), pow(2, -2), pow(9, 0.5)].map((value) => Number(value.toPrecision(15)))).toEqual([1, 1024, 0.25, 3]);
  });

  it('sin and cos', () => {
    fc.assert(
      fc.property(
        range(-1e5, 1e5),
        (x) =>
          Math.abs(sin(x) - Math.sin(x)) <= 4e-16 * Math.max(1, Math.abs(x) / 1e3) &&
          Math.abs(cos(x) - Math.cos(x)) <= 4e-16 * Math.max(1, Math.abs(x) / 1e3),
      ),
    );
    expect(PI).toBe(Math.PI);
    expect([sin(0), cos(0)]).toEqual([0, 1]);
  });
});
