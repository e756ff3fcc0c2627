import { describe, expect, it } from 'vitest';
import { centreOfMass, framingFor, pixelsOf, type Stroke } from '../../../../../src/app/lab/stage/try/raster.ts';
import { labelsOf, winner } from '../../../../../src/app/lab/stage/try/predict.ts';
import { logits } from '../../../../../src/models/forward.ts';
import { mlp } from '../../../../../src/models/mlp.ts';
import { initialise } from '../../../../../src/science/init.ts';
import { findDataset } from '../../../../../src/tasks/catalogue.ts';
import { pixelInputs } from '../../../../../src/tasks/examples.ts';
import { emptyInputs } from '../../../../../src/tasks/inputs.ts';

const mnist = { height: 28, width: 28, channels: 1 };
const framing = framingFor('mnist', mnist);
const seven: Stroke = [
  { x: 0.1, y: 0.1 },
  { x: 0.3, y: 0.1 },
  { x: 0.15, y: 0.5 },
];

function inkBox(pixels: Uint8Array, width: number) {
  const inked = [...pixels.keys()].filter((at) => pixels[at] > 0);
  const rows = inked.map((at) => Math.floor(at / width));
  const columns = inked.map((at) => at % width);
  return { top: Math.min(...rows), bottom: Math.max(...rows), left: Math.min(...columns), right: Math.max(...columns) };
}

describe('a drawing framed as MNIST frames it', () => {
  const pixels = pixelsOf([seven], mnist, 255, framing);

  it('has its centre of mass in the middle', () => {
    const { x, y } = centreOfMass(pixels, 28);
    expect(x).toBeCloseTo(14, 0);
    expect(y).toBeCloseTo(14, 0);
  });

  it('fills twenty pixels along its longer side, shape kept', () => {
    const { top, bottom, left, right } = inkBox(pixels, 28);
    expect(bottom - top + 1).toBeGreaterThanOrEqual(20);
    expect(bottom - top + 1).toBeLessThanOrEqual(21);
    expect(right - left + 1).toBeLessThan(14);
  });

  it('is the same wherever and however large it is drawn', () => {
    const elsewhere = pixelsOf([seven.map(({ x, y }) => ({ x: 0.2 + 1.5 * x, y: 0.1 + 1.5 * y }))], mnist, 255, framing);
    expect(Math.max(...elsewhere.map((value, at) => Math.abs(value - pixels[at])))).toBeLessThanOrEqual(48);
  });

  it('runs from paper to full ink; nothing drawn is nothing', () => {
    expect(Math.max(...pixels)).toBe(255);
    expect(pixels[0]).toBe(0);
    expect(pixelsOf([], mnist, 255, framing).every((value) => value === 0)).toBe(true);
  });

  it('a single dot stays small', () => {
    const dot = pixelsOf([[{ x: 0.9, y: 0.9 }]], mnist, 255, framing);
    const { top, bottom } = inkBox(dot, 28);
    expect(bottom - top).toBeLessThan(4);
  });
});

it('digits of 8 × 8 fill their frame, in sixteen greys, and nothing is pushed over its edge', () => {
  const shape = { height: 8, width: 8, channels: 1 };
  const pixels = pixelsOf([seven], shape, 16, framingFor('digits', shape));
  const { top, bottom } = inkBox(pixels, 8);
  expect([top, bottom]).toEqual([0, 7]);
  expect(Math.max(...pixels)).toBe(16);
});

describe('pixels as a network reads them', () => {
  it.each(['mnist', 'fashion-mnist', 'digits'])('%s: exactly the values of the table that tasks use', (name) => {
    const dataset = findDataset(name);
    const bytes = Uint8Array.from({ length: 17 }, (_, value) => value);
    for (const normalise of ['dataset', 'none'] as const) {
      const inputs = emptyInputs({ ...dataset, pool: 1, test: 0 }, normalise);
      if (inputs.kind !== 'bytes') throw new Error('images are bytes');
      expect([...pixelInputs(dataset, normalise, bytes)]).toEqual([...bytes].map((byte) => inputs.table[byte]));
    }
  });

  it('paper is below the mean, ink above', () => {
    const [paper, ink] = pixelInputs(findDataset('mnist'), 'dataset', Uint8Array.of(0, 255));
    expect(paper).toBeCloseTo(-0.1307 / 0.3081, 5);
    expect(ink).toBeCloseTo((1 - 0.1307) / 0.3081, 5);
  });
});

it('labels of many images are those of each one alone', () => {
  const model = mlp({ family: 'mlp', hidden: [5], activation: 'tanh' }, { height: 2, width: 2, channels: 1 }, 4);
  const { parameters } = initialise(model, 'glorot-normal', 1);
  const count = 37;
  const inputs = Float32Array.from({ length: 4 * count }, (_, at) => ((at * 7919) % 13) - 6);
  const work = labelsOf(model, parameters, inputs, count);
  let step = work.next();
  while (step.done !== true) step = work.next();
  const labels = step.value;
  const alone = Array.from({ length: count }, (_, image) =>
    winner(logits(model, parameters, inputs.subarray(4 * image, 4 * image + 4), 1)),
  );
  expect([...labels]).toEqual(alone);
  expect(new Set(alone).size).toBeGreaterThan(1);
});
