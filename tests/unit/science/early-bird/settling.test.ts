import { describe, expect, it } from 'vitest';
import { maskDistance, widest } from '../../../../src/science/early-bird/settling.ts';
import { bitsWhere, type Mask } from '../../../../src/science/mask.ts';

const mask = (...layers: readonly string[]): Mask =>
  Object.fromEntries(layers.map((text, index) => [String(index), bitsWhere(text.length, (at) => text[at] === '1')]));

describe('the distance of two masks', () => {
  it('is the share of all weights that one keeps and the other does not', () => {
    expect(maskDistance(mask('11110000', '1010'), mask('11110000', '1010'))).toBe(0);
    expect(maskDistance(mask('11110000', '1010'), mask('00001111', '0101'))).toBe(1);
    // Two of eight and one of four: a quarter of twelve.
    expect(maskDistance(mask('11110000', '1010'), mask('01111000', '1011'))).toBe(3 / 12);
  });

  it('counts across bytes, and is the same either way round', () => {
    const [one, other] = [mask('1'.repeat(21)), mask(`${'1'.repeat(10)}${'0'.repeat(11)}`)];
    expect(maskDistance(one, other)).toBe(11 / 21);
    expect(maskDistance(other, one)).toBe(11 / 21);
  });
});

describe('the widest distance in a window', () => {
  const rows = [[], [0.5], [0.4, 0.3], [0.9, 0.2, 0.1], [0.8, 0.7, 0.05, 0.02]];
  it('is that of any two of the last masks, whatever came before', () => {
    expect(widest(rows, 2)).toBe(0.02);
    expect(widest(rows, 3)).toBe(0.1);
    expect(widest(rows, 4)).toBe(0.7);
    expect(widest(rows, 5)).toBe(0.9);
  });
  it('is not known before there are so many', () => expect(widest(rows, 6)).toBe(Infinity));
});
