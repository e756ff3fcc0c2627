import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generate, planes } from '../../../src/tasks/generate.ts';

/** Label, x, y of every example. */
function examples(name: string): readonly (readonly [label: number, x: number, y: number])[] {
  const { labels, points } = generate(name);
  return [...labels].map((label, example) => [label, points[2 * example], points[2 * example + 1]]);
}

/** Share of examples whose class `rule` tells from the point. */
function told(name: string, rule: (x: number, y: number) => number): number {
  const all = examples(name);
  return all.filter(([label, x, y]) => rule(x, y) === label).length / all.length;
}

describe('generated tasks', () => {
  it.each(Object.keys(planes))('%s: 5 000 finite points, classes balanced in pool and test, the same each time', (name) => {
    const { labels, points } = generate(name);
    expect([labels.length, points.length]).toEqual([5_000, 10_000]);
    expect(points.every(Number.isFinite)).toBe(true);
    for (const part of [labels.subarray(0, 4_000), labels.subarray(4_000)]) {
      const counts = Array.from({ length: planes[name].classes }, (_, label) => part.filter((other) => other === label).length);
      expect(new Set(counts)).toEqual(new Set([part.length / planes[name].classes]));
    }
    expect(generate(name)).toEqual({ labels, points });
  });

  it('xor: class 1 where the signs agree, and nothing along the axes', () => {
    expect(told('xor', (x, y) => (x * y > 0 ? 1 : 0))).toBe(1);
    for (const [, x, y] of examples('xor')) {
      for (const value of [x, y]) {
        expect(Math.abs(value)).toBeGreaterThanOrEqual(0.0499);
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
      }
    }
    const quarters = [0, 0, 0, 0];
    for (const [, x, y] of examples('xor')) quarters[(x > 0 ? 1 : 0) + (y > 0 ? 2 : 0)]++;
    for (const count of quarters) expect(Math.abs(count - 1_250)).toBeLessThan(150);
  });

  it('ring: a point belongs to the centre it is nearest to, on the unit circle, spread by 0.1', () => {
    const nearest = (x: number, y: number): number => ((Math.round(Math.atan2(y, x) / (Math.PI / 4)) % 8) + 8) % 8;
    expect(told('ring', nearest)).toBeGreaterThan(0.999);
    const squares = examples('ring').map(
      ([label, x, y]) => (x - Math.cos((label * Math.PI) / 4)) ** 2 + (y - Math.sin((label * Math.PI) / 4)) ** 2,
    );
    expect(squares.reduce((sum, square) => sum + square, 0) / squares.length / 2).toBeCloseTo(0.01, 3);
  });

  it('circles: the inner one is class 1', () => {
    expect(told('circles', (x, y) => (Math.hypot(x, y) < 0.75 ? 1 : 0))).toBeGreaterThan(0.98);
    for (const [label, radius] of [
      [0, 1],
      [1, 0.5],
    ]) {
      const radii = examples('circles').flatMap(([other, x, y]) => (other === label ? [Math.hypot(x, y)] : []));
      // The spread across the circle adds a little to the mean: σ²/2r.
      expect(radii.reduce((sum, each) => sum + each, 0) / radii.length).toBeCloseTo(radius + 0.005 / radius, 2);
    }
  });

  it('gaussians: one either side of a diagonal, 1 % astray', () => {
    // P(N(0, 0.6) > √2) = 0.92 %
    expect(told('gaussians', (x, y) => (x + y > 0 ? 1 : 0))).toBeCloseTo(0.9908, 2);
  });

  it('moons: each lies around its own half circle', () => {
    const distance = (x: number, y: number, label: number): number => {
      const [u, v] = label === 0 ? [x, y] : [1 - x, 0.5 - y];
      return v >= 0 ? Math.abs(Math.hypot(u, v) - 1) : Math.min(Math.hypot(u - 1, v), Math.hypot(u + 1, v));
    };
    expect(told('moons', (x, y) => (distance(x, y, 0) < distance(x, y, 1) ? 0 : 1))).toBeGreaterThan(0.97);
    const far = examples('moons').filter(([label, x, y]) => distance(x, y, label) > 0.6);
    expect(far).toHaveLength(0);
  });

  it('spiral: the angle beyond 1½ turns times the radius tells the arm', () => {
    const rule = (x: number, y: number): number => {
      const behind = Math.atan2(y, x) - 3 * Math.PI * Math.hypot(x, y);
      return Math.cos(behind) > 0 ? 0 : 1;
    };
    expect(told('spiral', rule)).toBeGreaterThan(0.95);
    expect(Math.max(...examples('spiral').map(([, x, y]) => Math.hypot(x, y)))).toBeLessThan(1.12);
  });

  it('stay what they were', () => {
    // Stored results and shared links depend on these bits.
    const hash = createHash('sha256');
    for (const name of Object.keys(planes)) hash.update(generate(name).points);
    expect(hash.digest('hex')).toBe('ff799ba64b6081f620d7d0dc61d7d42373ef87b4565d53a1bbf1b64aa6aa5c16');
  });
});
