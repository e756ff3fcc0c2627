import { describe, expect, it } from 'vitest';
import { ByteReader, Malformed } from '../../../src/sessions/bytes.ts';

describe('reading bytes', () => {
  it.each([-1, -(2 ** 28), 4, 2 ** 53])('of %i there are not so many', (size) => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    expect(() => reader.raw(size)).toThrow(Malformed);
    // What follows is read as if nothing had been asked.
    expect([...reader.rest()]).toEqual([1, 2, 3]);
  });

  it('bits come low first, in whole bytes, and those beyond the end are zero', () => {
    expect([...new ByteReader(Uint8Array.of(0xff, 0x0f, 9)).bits(12)]).toEqual([0xff, 0x0f]);
    expect([...new ByteReader(Uint8Array.of(0xff, 9)).bits(8)]).toEqual([0xff]);
    expect([...new ByteReader(new Uint8Array()).bits(0)]).toEqual([]);
    for (const last of [0x10, 0x80, 0x1f]) expect(() => new ByteReader(Uint8Array.of(0xff, last)).bits(12)).toThrow(Malformed);
    expect(() => new ByteReader(Uint8Array.of(0xff)).bits(9)).toThrow(Malformed);
    expect(() => new ByteReader(Uint8Array.of(0xff)).bits(2 ** 31)).toThrow(Malformed);
  });

  it('numbers go up to 2^53 − 1, and no further', () => {
    const sevens = [255, 255, 255, 255, 255, 255, 255];
    expect(new ByteReader(Uint8Array.of(...sevens, 15)).varint()).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => new ByteReader(Uint8Array.of(...sevens, 16)).varint()).toThrow(Malformed);
    expect(() => new ByteReader(Uint8Array.of(...sevens, 255, 255, 1)).varint()).toThrow(Malformed);
  });
});
