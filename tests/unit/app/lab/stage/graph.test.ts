import { describe, expect, it } from 'vitest';
import { aliveIn, bundles, columnsOf, cutBetween, degreesOf, placeOf, unitAt } from '../../../../../src/app/lab/stage/plane/graph.ts';
import { mlp } from '../../../../../src/models/mlp.ts';
import { bitsWhere, denseMask, type Mask } from '../../../../../src/science/mask.ts';
import { tinyResidual } from '../../../../support/tiny-nets.ts';

const model = mlp({ family: 'mlp', hidden: [3, 2], activation: 'relu' }, { height: 1, width: 1, channels: 2 }, 2);
const columns = columnsOf(model) ?? [];
const kept = (size: number, ...indices: number[]) => bitsWhere(size, (index) => indices.includes(index));

/** x → unit 0 → unit 0 → class 0; unit 1 hears y and nobody hears it; unit 2 hears nothing and is heard. */
const mask: Mask = { 'dense1/weight': kept(6, 0, 3), 'dense2/weight': kept(6, 0, 2, 5), 'output/weight': kept(4, 0) };

it('a chain of dense layers has a column each; what a unit says comes after its activation', () => {
  expect(columns.map(({ layer, units, output }) => [layer, units, output])).toEqual([
    ['input', 2, 'input'],
    ['dense1', 3, 'relu1'],
    ['dense2', 2, 'relu2'],
    ['output', 2, 'output'],
  ]);
  expect(columnsOf(tinyResidual({ height: 4, width: 4, channels: 1 }, 3))).toBeNull();
});

it('units on no path of kept weights from an input to an output are dead', () => {
  expect(aliveIn(columns, mask).map((units) => [...units])).toEqual([
    [1, 0],
    [1, 0, 0],
    [1, 0],
    [1, 0],
  ]);
  expect(aliveIn(columns, denseMask(model)).every((units) => units.every((unit) => unit === 1))).toBe(true);
});

it('counts the kept edges of a unit', () => {
  expect(degreesOf(columns, mask, { column: 1, unit: 2 })).toEqual({ reads: 0, readBy: 2 });
  expect(degreesOf(columns, mask, { column: 0, unit: 1 })).toEqual({ reads: 0, readBy: 1 });
  expect(degreesOf(columns, mask, { column: 3, unit: 0 })).toEqual({ reads: 1, readBy: 0 });
});

describe('edges', () => {
  const count = (all: readonly { lines: readonly number[] }[]): number => all.reduce((sum, { lines }) => sum + lines.length / 4, 0);

  it('every kept weight is one edge between its own units', () => {
    const all = bundles(columns, mask, null);
    expect(count(all)).toBe(6);
    expect(all.every(({ sign }) => sign === 0)).toBe(true);
    const from = placeOf(columns, { column: 0, unit: 1 });
    const to = placeOf(columns, { column: 1, unit: 1 });
    expect(all[0].lines.slice(4, 8)).toEqual([from.x, from.y, to.x, to.y]);
    expect(count(bundles(columns, mask, null, { column: 1, unit: 0 }))).toBe(2);
  });

  it('sign and size of the weights tell them apart', () => {
    const values = {
      'dense1/weight': Float32Array.of(9, 0, 0, -0.1, 0, 0),
      'dense2/weight': new Float32Array(6),
      'output/weight': new Float32Array(4),
    };
    const all = bundles(columns, { ...mask, 'dense2/weight': kept(6), 'output/weight': kept(4) }, values);
    expect(all.map(({ sign, lines }) => [sign, lines.length])).toEqual([
      [-1, 4],
      [1, 4],
    ]);
    expect(all[0].size).toBeLessThan(all[1].size);
  });

  it('what falls away is what was kept before and is not now', () => {
    const later: Mask = { ...mask, 'dense2/weight': kept(6, 0) };
    expect(count(bundles(columns, cutBetween(mask, later), null))).toBe(2);
    expect(count(bundles(columns, cutBetween(later, mask), null))).toBe(0);
  });
});

it('finds the unit under a pointer within reach', () => {
  const size = { width: 300, height: 120 };
  const { x, y } = placeOf(columns, { column: 1, unit: 2 });
  expect(unitAt(columns, size, x * 300 + 3, y * 120 + 2, 10)).toEqual({ column: 1, unit: 2 });
  expect(unitAt(columns, size, 50, 10, 10)).toBeNull();
});
