/** What a link may claim, at its very edge. */
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../../src/models/build.ts';
import { ByteWriter, Malformed } from '../../../../src/sessions/bytes.ts';
import { readDensities } from '../../../../src/sessions/link/densities.ts';
import { MAX_MASK_BITS, maskBits, readMasks } from '../../../../src/sessions/link/masks.ts';

const modelWith = (hidden: readonly number[]) =>
  buildModel({ family: 'mlp', hidden: [...hidden], activation: 'relu' }, { height: 8, width: 8, channels: 1 }, 10);

const varints = (...values: readonly number[]): Uint8Array => {
  const writer = new ByteWriter();
  for (const value of values) writer.varint(value);
  return writer.done();
};

describe('densities', () => {
  const model = modelWith([4]);
  const weights = 64 * 4 + 4 * 10;

  it('are shares of all weights, none to all of them', () =>
    expect(readDensities(model, varints(0, weights / 2, weights), 3)).toEqual([0, 0.5, 1]));

  it.each([[[weights + 1, 0]], [[0, weights + 1]]])('of more weights than there are are refused: %j', (counts) =>
    expect(() => readDensities(model, varints(...counts), 2)).toThrow(Malformed),
  );
});

describe('masks', () => {
  const model = modelWith([4096, 256]);
  const fit = Math.floor(MAX_MASK_BITS / maskBits(model));
  /** Seed 1, level 1, no bytes: zeros go on for ever. */
  const empty = (count: number): Uint8Array => varints(...Array.from({ length: count }, () => [1, 1, 0]).flat());

  it('come in as many as the limit has room for, and not one more', () => {
    expect(fit).toBeGreaterThan(3);
    expect(readMasks(model, empty(fit), 99)).toHaveLength(fit);
    expect(() => readMasks(model, empty(fit + 1), 99)).toThrow(Malformed);
  });

  it('come in no more than there are tickets', () => {
    const small = modelWith([4]);
    expect(readMasks(small, empty(2), 2)).toHaveLength(2);
    expect(() => readMasks(small, empty(3), 2)).toThrow(Malformed);
  });
});
