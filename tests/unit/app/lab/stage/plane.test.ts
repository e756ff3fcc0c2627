import { describe, expect, it } from 'vitest';
import { byDoubt, bySign, decisions, responses, shaded, type Field } from '../../../../../src/app/lab/stage/plane/field.ts';
import { cellInputs, isPlane, planeOf, SIDE } from '../../../../../src/app/lab/stage/plane/plane.ts';
import type { Sliceable } from '../../../../../src/app/slices.ts';
import { mlp } from '../../../../../src/models/mlp.ts';
import { findDataset } from '../../../../../src/tasks/catalogue.ts';
import { openTask } from '../../../../../src/tasks/load.ts';
import { splitFor } from '../../../../../src/tasks/split.ts';

const task = { dataset: 'spiral', train: 1000, validation: 200, test: 500, normalise: 'dataset' as const, augment: [] };
const input = { height: 1, width: 1, channels: 2 };

function finish(work: Sliceable<Field>): Field {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

describe('the plane of a task', () => {
  it('is a square around all points, which lie where the engines read them', async () => {
    const plane = planeOf(task, 3);
    const opened = await openTask(task, { read: () => Promise.reject(new Error('generated')) }, () => undefined);
    const { train } = splitFor('spiral', task, 3);
    expect(plane.points.every(({ x, y }) => x > 0 && x < 1 && y > 0 && y < 1)).toBe(true);
    plane.points.slice(0, 20).forEach(({ x, y, label, isValidation }, index) => {
      expect(isValidation).toBe(false);
      expect(label).toBe(opened.labels[train[index]]);
      const [left, up] = [plane.middle[0] + (2 * x - 1) * plane.half, plane.middle[1] + (1 - 2 * y) * plane.half];
      expect(left).toBeCloseTo(opened.inputs.values[2 * train[index]], 5);
      expect(up).toBeCloseTo(opened.inputs.values[2 * train[index] + 1], 5);
    });
    expect(plane.points.filter(({ isValidation }) => isValidation).length).toBe(60);
  });

  it('is asked at the middles of its cells, from the top left', () => {
    const inputs = cellInputs({ middle: [1, 2], half: 4 }, 4, 3, 3);
    expect([...inputs]).toEqual([4, -2, 0, 5, 3, 3]);
  });

  it('is there for generated tasks of two inputs only', () => {
    expect(isPlane(task)).toBe(true);
    expect(isPlane({ ...task, dataset: 'digits' })).toBe(false);
    expect(findDataset('iris').input.channels).toBe(4);
    expect(isPlane({ ...task, dataset: 'iris' })).toBe(false);
  });
});

describe('what is said over the plane', () => {
  const plane = { middle: [0, 0], half: 1, points: [], classes: 2 } as const;
  // Class 1 scores 3x, class 0 nothing; hidden unit 1 is y where it is positive.
  const model = mlp({ family: 'mlp', hidden: [3], activation: 'relu' }, input, 2);
  const values = {
    'dense1/weight': Float32Array.of(1, 0, 0, 1, -1, 0),
    'dense1/bias': new Float32Array(3),
    'output/weight': Float32Array.of(0, 0, 0, 3, 0, -3),
    'output/bias': new Float32Array(2),
  };
  const at = (column: number): number => -1 + (2 * column + 1) / SIDE;

  it('a decision between two classes is the difference of their probabilities, in every cell', () => {
    const field = finish(decisions(model, values, plane));
    for (const row of [0, 17, SIDE - 1])
      for (const column of [0, 20, 31, 32, SIDE - 1]) expect(field[row * SIDE + column]).toBeCloseTo(Math.tanh((3 * at(column)) / 2), 5);
  });

  it('between more classes it is how far the first is ahead of the second', () => {
    const three = mlp({ family: 'mlp', hidden: [], activation: 'relu' }, input, 3);
    const constant = { 'output/weight': new Float32Array(6), 'output/bias': Float32Array.of(Math.log(2), Math.log(5), Math.log(3)) };
    expect(finish(decisions(three, constant, { ...plane, classes: 3 }))[7]).toBeCloseTo(0.2, 5);
  });

  it('a unit says what its activation puts out', () => {
    const field = finish(responses(model, values, plane, 'relu1', 1));
    expect(field[0]).toBeCloseTo(-at(0), 5);
    expect(field[SIDE * (SIDE - 1)]).toBe(0);
  });
});

describe('colours of a field', () => {
  const [violet, ochre, ink] = [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ];

  it('sign chooses the hue and size the opacity; zero is paper', () => {
    const bytes = shaded(Float32Array.of(-1, 0, 0.5, 9), bySign(violet, ochre, 1));
    expect([...bytes.subarray(0, 3)]).toEqual(violet);
    expect([...bytes.subarray(8, 11)]).toEqual(ochre);
    expect(bytes[7]).toBe(0);
    expect(bytes[11]).toBeCloseTo(bytes[3] / 2, -1);
    expect(bytes[15]).toBe(bytes[3]);
  });

  it('doubt between many classes is ink, certainty paper', () => {
    const bytes = shaded(Float32Array.of(0, 1), byDoubt(ink));
    expect([...bytes.subarray(0, 3)]).toEqual(ink);
    expect(bytes[3]).toBeGreaterThan(100);
    expect(bytes[7]).toBe(0);
  });
});
