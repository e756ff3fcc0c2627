import { expect, it } from 'vitest';
import { elide, placeNames, roomFor } from '../../../../src/app/charts/names.ts';

const within = (most: number) => (text: string) => Array.from(text).length <= most;

it('a name that fits stays as it is', () => expect(elide('rewind to step 15', within(17))).toBe('rewind to step 15'));

it('a longer one keeps its beginning and its end, which tell names apart', () => {
  expect(elide('rewind to step 15', within(13))).toBe('rewind…tep 15');
  expect(elide('rewind to step 150', within(13))).toBe('rewind…ep 150');
  expect(elide('𝒜𝒜𝒜𝒜', within(3))).toBe('𝒜…𝒜');
});

it('however long it is, few pieces of it are measured', () => {
  const name = 'n'.repeat(1000);
  let measured = 0;
  const shown = elide(name, (text) => {
    measured++;
    return Array.from(text).length <= 600;
  });
  expect(Array.from(shown)).toHaveLength(600);
  expect(measured).toBeLessThan(12);
});

it('of one that has no room an ellipsis is left', () => expect(elide('what if', within(0))).toBe('…'));

it('names stand apart, and those of other branches give way where room is short', () => {
  const lines = [0, 1, 2, 3].map((index) => ({ id: index, isBeside: index < 2, y: 10 }));
  const wide = placeNames(lines, 0, 100);
  expect(wide.map(({ id }) => id)).toEqual([2, 3, 0, 1]);
  const places = wide.map(({ place }) => place).sort((a, b) => a - b);
  expect(places.slice(1).every((place, index) => place - places[index] >= 13)).toBe(true);
  expect(placeNames(lines, 0, 30).map(({ id }) => id)).toEqual([2, 3, 0]);
  expect(placeNames(lines, 0, 0).map(({ id }) => id)).toEqual([2, 3]);
});

it('of names along an axis those come first that are told first, and none touches another', () => {
  expect(roomFor([70, 0, 100, 10, 35, 95], (at) => at, 30)).toEqual([70, 0, 35]);
  expect(roomFor([5, 5], (at) => at, 0)).toEqual([5]);
});
