import { describe, expect, it } from 'vitest';
import { average } from '../../../../src/app/charts/mask.ts';
import { isWhole, panned, showing, touched, weightAt, whole, zoomed } from '../../../../src/app/charts/zoom.ts';
import { readout } from '../../../../src/app/lab/stage/mask/readout.ts';
import { bitsWhere, fullBits } from '../../../../src/science/mask.ts';

const matrix = { rows: 300, columns: 784 };

describe('zooming', () => {
  it('keeps the weight under the pointer where it is', () => {
    const [x, y] = [0.3, 0.8];
    const before = weightAt(whole(matrix), x, y);
    let window = whole(matrix);
    for (let step = 0; step < 6; step++) window = zoomed(window, matrix, 0.6, x, y);
    expect(weightAt(window, x, y)).toEqual(before);
    expect(window.columns).toBeLessThan(50);
  });

  it('ends at a few weights one way and at all of them the other', () => {
    const near = zoomed(whole(matrix), matrix, 1e-6, 0, 0);
    expect([near.rows, near.columns]).toEqual([4, 4]);
    const far = zoomed(panned(near, matrix, 3, 3), matrix, 1e9, 0.5, 0.5);
    expect(far).toEqual(whole(matrix));
    expect(isWhole(far, matrix)).toBe(true);
    expect(isWhole(near, matrix)).toBe(false);
  });

  it('shows no more than there is of a layer with two inputs', () => {
    expect(zoomed(whole({ rows: 48, columns: 2 }), { rows: 48, columns: 2 }, 0.01, 0.5, 0.5)).toMatchObject({ rows: 4, columns: 2 });
  });
});

it('panning stops at the edges', () => {
  const window = { top: 10, left: 10, rows: 20, columns: 40 };
  expect(panned(window, matrix, 0.5, 0.25)).toEqual({ ...window, top: 15, left: 30 });
  expect(panned(window, matrix, -9, -9)).toEqual({ ...window, top: 0, left: 0 });
  expect(panned(window, matrix, 99, 99)).toEqual({ ...window, top: 280, left: 744 });
});

it('the window follows a weight as little as it must', () => {
  const window = { top: 10, left: 10, rows: 4, columns: 4 };
  expect(showing(window, matrix, { row: 11, column: 12 })).toEqual(window);
  expect(showing(window, matrix, { row: 14, column: 9 })).toEqual({ ...window, top: 11, left: 9 });
});

it('finds the weight at each place, and none beside the picture', () => {
  const window = { top: 2.5, left: 1, rows: 4, columns: 4 };
  expect(weightAt(window, 0, 0)).toEqual({ row: 2, column: 1 });
  expect(weightAt(window, 0.99, 0.99)).toEqual({ row: 6, column: 4 });
  expect(weightAt(window, 1, 0.5)).toBeNull();
  expect(weightAt(window, 0.5, -0.01)).toBeNull();
  expect(touched(window, matrix)).toEqual({ top: 2, left: 1, rows: 5, columns: 4 });
});

it('a zoomed picture is made of the weights in the window and no others', () => {
  // Row r keeps its first r weights.
  const bits = bitsWhere(6 * 5, (index) => index % 5 < Math.floor(index / 5));
  const single = average(bits, 5, { top: 2, left: 1, rows: 2, columns: 3 }, 10, 10);
  expect([single.width, single.height]).toEqual([3, 2]);
  expect([...single.values]).toEqual([1, 0, 0, 1, 1, 0]);
  const binned = average(bits, 5, { top: 2, left: 1, rows: 2, columns: 3 }, 1, 1);
  expect(binned.values[0]).toBeCloseTo(0.5, 6);
});

describe('a weight in words', () => {
  const image = { height: 28, width: 28, channels: 1 };
  const layer = { parameter: 'dense1/weight', name: 'Layer 1', units: 3, inputs: 784, size: 3 * 784, image };
  const bits = bitsWhere(layer.size, (index) => index !== 784 + 30);
  const values = new Float32Array(layer.size);
  values[784 + 29] = -0.08254;

  it('names unit, pixel and value', () => {
    expect(readout(layer, bits, values, { row: 1, column: 29 })).toBe('unit 2, pixel row 2, column 2: −0.0825');
  });

  it('says of a weight that it is pruned, or kept where its value is not known', () => {
    expect(readout(layer, bits, values, { row: 1, column: 30 })).toBe('unit 2, pixel row 2, column 3: pruned');
    expect(readout({ ...layer, image: null }, fullBits(layer.size), null, { row: 0, column: 4 })).toBe('unit 1, input 5: kept');
    expect(readout({ ...layer, image: { height: 2, width: 2, channels: 3 } }, bits, null, { row: 0, column: 7 })).toBe(
      'unit 1, pixel row 2, column 1, channel 2: kept',
    );
  });
});
