import { describe, expect, it } from 'vitest';
import {
  afterDrop,
  afterGrowth,
  dropShare,
  isUpdate,
  lastUpdate,
  nextUpdate,
  type Settings,
} from '../../../../src/science/dynamic/rewire.ts';
import { bitsWhere, countBits, fullBits, getBit, type Bits } from '../../../../src/science/mask.ts';
import { stream } from '../../../../src/numerics/streams.ts';

const bits = (text: string): Bits => bitsWhere(text.length, (index) => text[index] === '1');
const text = (of: Bits): string => Array.from({ length: of.size }, (_, index) => (getBit(of, index) ? '1' : '0')).join('');
const set: Settings = { type: 'set', every: 10, until: 0.75, share: 0.5 };
const rigl: Settings = { ...set, type: 'rigl' };

describe('an update worked by hand', () => {
  const present = bits('1111000');
  const weights = Float32Array.of(0.3, -0.1, 0.2, -0.4, 0, 0, 0);

  it('drops the smallest, whatever their sign', () =>
    expect(text(afterDrop({ present, weights }, 0.5, stream(1, 'ties')))).toBe('1001000'));

  it('rounds half up', () => {
    expect(text(afterDrop({ present, weights }, 0.125, stream(1, 'ties')))).toBe('1011000');
    expect(text(afterDrop({ present, weights }, 0.12, stream(1, 'ties')))).toBe('1111000');
  });

  it('grows the highest scores among absent ones, those just dropped included', () => {
    const scores = Float32Array.of(9, 5, 1, 9, 2, 7, 3);
    expect(text(afterGrowth(bits('1001000'), scores, 2, stream(1, 'ties')))).toBe('1101010');
  });

  it('draws among equals, from the seed, and no more than there is place for', () => {
    const grown = (seed: number) => afterGrowth(bits('1000000'), new Float32Array(7), 3, stream(seed, 'ties'));
    expect(text(grown(1))).toBe(text(grown(1)));
    expect(new Set([1, 2, 3, 4, 5, 6].map((seed) => text(grown(seed)))).size).toBeGreaterThan(1);
    for (const seed of [1, 2, 3]) {
      expect(countBits(grown(seed))).toBe(4);
      expect(getBit(grown(seed), 0)).toBe(true);
    }
  });

  it('leaves a full layer alone: nothing could grow there', () =>
    expect(afterDrop({ present: fullBits(7), weights }, 0.5, stream(1, 'ties'))).toEqual(fullBits(7)));
});

describe('when and how much', () => {
  it('every so many steps, never before the first, and no more from the end on', () => {
    const at = Array.from({ length: 60 }, (_, position) => position).filter((position) => isUpdate(set, 60, position));
    expect(at).toEqual([10, 20, 30, 40]);
    expect([0, 9, 10, 39, 40, 41].map((position) => nextUpdate(set, 60, position))).toEqual([10, 10, 20, 40, 60, 60]);
  });

  /** T_end = 0.75 × 40 = 30 falls on a multiple of 10; both papers change connections while t < T_end (RigL, Algorithm 1). */
  it.each([set, rigl])('not at the end itself where the end falls on one of them: $type', (settings) => {
    const at = Array.from({ length: 41 }, (_, position) => position).filter((position) => isUpdate(settings, 40, position));
    expect(at).toEqual([10, 20]);
    expect([19, 20, 29, 30].map((position) => nextUpdate(settings, 40, position))).toEqual([20, 40, 40, 40]);
  });

  it('the end is rounded half up: of 42 steps 31.5 to 32, of 41 steps 30.75 to 31, of 43 steps 30.1 to 30', () => {
    expect(lastUpdate(set, 42)).toBe(32);
    expect(lastUpdate(set, 41)).toBe(31);
    expect(isUpdate(set, 41, 30)).toBe(true);
    const sooner = { ...set, until: 0.7 };
    expect(lastUpdate(sooner, 43)).toBe(30);
    expect(isUpdate(sooner, 43, 30)).toBe(false);
  });

  it('SET drops as many all along, RigL by half a cosine', () => {
    expect(dropShare(set, 60, 40)).toBe(0.5);
    expect(dropShare(rigl, 60, 0)).toBe(0.5);
    expect(dropShare(rigl, 60, 15)).toBeCloseTo(
      0.25 * (1 + Math.SQRT1_2 * Math.cos(Math.PI / 12) - Math.SQRT1_2 * Math.sin(Math.PI / 12)),
      12,
    );
    expect(dropShare(rigl, 60, 45)).toBe(0);
  });
});
