import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotJson, parseJson } from '../../../src/science/json.ts';
import { JsonPieces, TooFull } from '../../../src/sessions/pieces.ts';

/** What is read of a text in pieces of so many characters, as text again; or the fault. */
function inPieces(text: string, length: number): string {
  try {
    const reader = new JsonPieces();
    for (let at = 0; at < text.length; at += length) reader.push(text.slice(at, at + length));
    return JSON.stringify(reader.end());
  } catch (error) {
    if (error instanceof NotJson) return error.message;
    throw error;
  }
}

/** The same of the whole text at once, without the names that every object has. */
function atOnce(text: string): string {
  try {
    return JSON.stringify(parseJson(text), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).filter(([name]) => !(name in Object.prototype)))
        : value,
    );
  } catch (error) {
    if (error instanceof NotJson) return error.message;
    throw error;
  }
}

const mark = fc.constantFrom('', ',', '[', ']', '{', '}', ':', '"', '\\', '\u0007', '1', '\n', '\r\n', '{"__proto__":1}');
const text = fc
  .tuple(fc.json({ maxDepth: 6 }), fc.integer({ min: 0, max: 2 }))
  .map(([json, spaces]) => (spaces === 0 ? json : JSON.stringify(JSON.parse(json), null, spaces)));

describe('JSON in pieces', () => {
  it('says what it says at once, and where its first fault is', () => {
    fc.assert(
      fc.property(text, fc.nat(), mark, fc.integer({ min: 1, max: 40 }), (sound, anywhere, put, length) => {
        const at = anywhere % (sound.length + 1);
        const changed = sound.slice(0, at) + put + sound.slice(at);
        expect(inPieces(changed, length)).toBe(atOnce(changed));
      }),
      { numRuns: 3000 },
    );
  });

  it('does so of lists that are made bit by bit', () => {
    const items = Array.from({ length: 9000 }, (_, at) => (at % 700 === 0 ? { a: [at], b: 'ü' } : at / 7));
    const long = JSON.stringify({ before: [1, [2]], items, after: [items.slice(0, 4000)] });
    expect(long.length).toBeGreaterThan(2 ** 17);
    expect(inPieces(long, 1000)).toBe(long);
    fc.assert(
      fc.property(fc.nat(), fc.nat(long.length - 1), mark, (cut, at, put) => {
        const changed = long.slice(0, at) + put + long.slice(at + (cut % 3));
        const expected = atOnce(changed);
        // A quote too few or too many makes a word longer than any.
        if (changed.split('"').length % 2 === 0) expect(expected).toMatch(/unexpected|ends/);
        else expect(inPieces(changed, 5000)).toBe(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('a comma of a long list is followed by an item', () => {
    for (const end of ['1,]', '1,,1]', ',]', '1 1]']) {
      const changed = `[${'1234567,'.repeat(5000)}${end}`;
      expect(inPieces(changed, 777)).toBe(atOnce(changed));
      expect(inPieces(changed, 777)).toMatch(/unexpected/);
    }
  });

  it.each([
    ['deeper than any session', '['.repeat(100)],
    ['with a longer word than any session', `["${'x'.repeat(2 ** 17)}"]`],
    ['with a longer list than any session', `[${'1,'.repeat(1_020_000)}1]`],
    ['with an object of more fields than any session', `{${Array.from({ length: 20_000 }, (_, at) => `"${at}":1`).join()}}`],
  ])('%s is refused', (_, hostile) => {
    expect(() => inPieces(hostile, 2 ** 16)).toThrow(TooFull);
  });
});
