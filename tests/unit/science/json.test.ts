import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotJson, parseJson } from '../../../src/science/json.ts';

/** Where a text stops being JSON, as `line:column`; empty if it does not. */
function faultOf(text: string): string {
  try {
    parseJson(text);
    return '';
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return `${error.line}:${error.column}`;
  }
}

describe('a fault in JSON', () => {
  it.each([
    ['', '1:1'],
    ['{\n "levels": 2,\n}', '3:1'],
    ['[1, 2,]', '1:7'],
    ['{"a": 1 "b": 2}', '1:9'],
    ['{\r\n"a" 1}', '2:5'],
    ['{\r"a": NaN}', '2:6'],
    ['{a: 1}', '1:2'],
    ["{'a': 1}", '1:2'],
    ['["a\nb"]', '1:4'],
    ['["a\\x"]', '1:4'],
    ['[01]', '1:3'],
    ['[1.]', '1:3'],
    ['[+1]', '1:2'],
    ['{"a": 1}}', '1:9'],
    ['{"a": [1}', '1:9'],
    ['{"a": "b', '1:9'],
    ['[', '1:2'],
    ['[1\u00a0]', '1:3'],
  ])('of %j is at %s', (text, place) => {
    expect(faultOf(text)).toBe(place);
  });

  it('is told in words', () => {
    expect(() => parseJson('{\n "a": 1,\n}')).toThrow(/^‘}’ is unexpected at line 3, column 1$/);
    expect(() => parseJson('{"a": "\u0007"}')).toThrow(/^‘U\+0007’ is unexpected at line 1, column 8$/);
    expect(() => parseJson('{"a": 1')).toThrow(/^it ends too early, at line 1, column 8$/);
  });

  it('is found at any depth, and in long strings', () => {
    expect(faultOf('['.repeat(60_000))).toBe('1:60001');
    expect(faultOf(`["${'x\\n'.repeat(500_000)}", ]`)).toBe('1:1500006');
  });

  it('is where a strange character was put into any text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), fc.integer({ min: 0, max: 3 }), (json, anywhere, spaces) => {
        const text = spaces === 0 ? json : JSON.stringify(JSON.parse(json), null, spaces);
        expect(faultOf(text)).toBe('');
        const at = anywhere % (text.length + 1);
        // Unlike any other character, a bell is allowed nowhere, not even in a string.
        const broken = `${text.slice(0, at)}\u0007${text.slice(at)}`;
        const lines = broken.slice(0, at).split('\n');
        const [line, column] = faultOf(broken).split(':').map(Number);
        expect(line).toBe(lines.length);
        const last = lines[lines.length - 1];
        // At it, or at the beginning of the word or the escape that it cuts in two.
        expect(column).toBeLessThanOrEqual(last.length + 1);
        expect(last.slice(column - 1)).toMatch(/^(\w*|-|\d+\.|\d+(\.\d+)?[eE][+-]?|\.|[eE][+-]?|\\\w*)$/);
      }),
    );
  });
});
