/** Lines and bands are those that d3 draws, to the letter. */
import { area, line } from 'd3';
import fc from 'fast-check';
import { it } from 'vitest';
import { bandPath, linePath, type Point, type Slice } from '../../../../src/app/charts/paths.ts';

const pixels = fc.double({ min: -1000, max: 1000, noNaN: true }).filter((value) => value === 0 || Math.abs(value) > 0.001);
const broken = <Item>(item: fc.Arbitrary<Item>) => fc.array(fc.option(item, { freq: 3 }), { maxLength: 12 });

it('draws lines', () => {
  const drawn = line<Point | null>(
    (point) => point?.[0] ?? 0,
    (point) => point?.[1] ?? 0,
  ).defined((point) => point !== null);
  fc.assert(fc.property(broken<Point>(fc.tuple(pixels, pixels)), (points) => linePath(points) === (drawn(points) ?? '')));
});

it('draws bands', () => {
  const drawn = area<Slice | null>(
    (slice) => slice?.[0] ?? 0,
    (slice) => slice?.[1] ?? 0,
    (slice) => slice?.[2] ?? 0,
  ).defined((slice) => slice !== null);
  fc.assert(fc.property(broken<Slice>(fc.tuple(pixels, pixels, pixels)), (slices) => bandPath(slices) === (drawn(slices) ?? '')));
});
