import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Numbers, Odds, RangeReader, RangeWriter } from '../../../../src/sessions/link/range.ts';

describe('arithmetic coding', () => {
  it('brings back any numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 })), (values) => {
        const writer = new RangeWriter();
        const writing = new Numbers();
        for (const value of values) writing.code(writer, value);
        const reader = new RangeReader(writer.done());
        const reading = new Numbers();
        expect(values.map(() => reading.code(reader, 0))).toEqual(values.map((value) => value + 0));
      }),
    );
  });

  it('brings back any bits, however lopsided, carries included', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 3000 }), fc.integer({ min: 1, max: 2000 }), (bits, memory) => {
        const writer = new RangeWriter();
        const odds = new Odds(memory);
        for (const bit of bits) writer.bit(odds, bit ? 1 : 0);
        const reader = new RangeReader(writer.done());
        const again = new Odds(memory);
        expect(bits.map(() => reader.bit(again) === 1)).toEqual(bits);
      }),
    );
  });

  it('takes about as many bits as there is to know', () => {
    const writer = new RangeWriter();
    const odds = new Odds(1000);
    for (let index = 0; index < 100_000; index++) writer.bit(odds, index % 20 === 7 ? 1 : 0);
    // The entropy of one in twenty is 0.2864 bits.
    expect((writer.done().length * 8) / 100_000).toBeLessThan(0.2864 * 1.02);
  });

  it('reads anything at all as something, and ends', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const reader = new RangeReader(bytes);
        const odds = new Odds(30);
        for (let index = 0; index < 1000; index++) expect([0, 1]).toContain(reader.bit(odds));
      }),
    );
  });
});
