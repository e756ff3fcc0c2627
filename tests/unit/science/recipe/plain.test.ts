/** Values as canonical text, whole and in pieces. */
import { expect, it } from 'vitest';
import { stablePieces, stableText } from '../../../../src/science/recipe/plain.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => 1 / (at + 3));

const values: readonly unknown[] = [
  null,
  3,
  'a “word”',
  [],
  {},
  { b: 1, a: [2, { d: undefined, c: null }] },
  numbers(1000),
  numbers(1001),
  Array.from({ length: 2500 }, (_, at) => ({ z: at, a: `${at}` })),
  { z: 1, curve: { step: numbers(3000), loss: numbers(5), none: undefined }, 'a "b"': 'ä' },
  JSON.parse(`{"__proto__":[${numbers(1200).join()}],"a":1}`),
];

it.each(values.map((value, index) => [index, value] as const))('value %i says the same in pieces, none of them long', (_, value) => {
  const pieces = [...stablePieces(value)];
  expect(pieces.join('')).toBe(stableText(value));
  for (const piece of pieces) expect(piece.length).toBeLessThan(35_000);
});

it('the order of fields does not matter, that of a list does', () => {
  expect(stableText({ b: [1, 2], a: { d: 1, c: 2 } })).toBe('{"a":{"c":2,"d":1},"b":[1,2]}');
  expect(stableText([2, 1])).not.toBe(stableText([1, 2]));
});
