/** Hessian-vector products against differences of differences of the loss in double precision. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../../../src/models/model.ts';
import { normal } from '../../../../src/numerics/sampling.ts';
import { stream } from '../../../../src/numerics/streams.ts';
import type { Tensors } from '../../../../src/science/tensors.ts';
import type { Trainer } from '../../../../src/science/trainer.ts';
import { doubles, moved } from '../../../support/differences.ts';
import { largestEigenvalue } from '../../../support/eigenvalue.ts';
import { layerwiseLoss } from '../../../support/reference-layers.ts';
import { referenceGradients, toDoubles, type Doubles } from '../../../support/reference.ts';
import { tinyBranching, tinyConvolutional, tinyPooling, tinyResidual } from '../../../support/tiny-nets.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { begin, mixedPlanes, optimizers, tinyModel, unhurried, type Bench } from '../suites/setup.ts';
import { randomSnapshot } from './checks.ts';
import { openSparse } from './open.ts';

const task = tinyTask({ input: { height: 7, width: 6, channels: 2 }, classes: 3, count: 150 });
const { input, classes } = task;
const nets = [
  tinyModel(task),
  tinyConvolutional(input, classes),
  tinyPooling(input, classes),
  tinyResidual(input, classes),
  tinyBranching(input, classes),
];

/** Of length about 1, through absent weights too. */
const directionOf = (model: Model, seed: number): Tensors =>
  Object.fromEntries(
    model.parameters.map(({ name, size }) => {
      const source = stream(seed, `direction/${name}`);
      return [name, Float32Array.from({ length: size }, () => normal(source) / Math.sqrt(model.parameters.length * size))];
    }),
  );

/** Of weights at which no difference straddles a kink: a ReLU's, or where another value of a pool becomes the highest. */
const SEED = 3;

let bench: Bench;
beforeAll(async () => {
  bench = await openSparse();
});
afterAll(() => bench.engine.dispose());

async function begun(model: Model) {
  const trainer = await bench.engine.createTrainer({
    ...{ model, task, optimizer: optimizers.sgd, weightDecay: 0.1, batchSize: 8, networks: 1 },
  });
  trainer.start(0, begin(model, task, mixedPlanes(model), { snapshot: randomSnapshot(model, SEED) }));
  return trainer;
}

const dot = (a: Tensors, b: Tensors): number =>
  Object.keys(a).reduce((sum, name) => a[name].reduce((partial, value, index) => partial + value * b[name][index], sum), 0);

describe.each(nets)('$family', (model) => {
  it('has the curvature that the loss has, weight by weight', async () => {
    const trainer = await begun(model);
    const examples = Uint32Array.of(0, 3, 7, 11, 20, 31);
    const values = doubles(await trainer.read(0));
    const direction = directionOf(model, 1);
    const product = await trainer.hessianVectorProduct(0, examples, direction);
    const step = 1e-4;
    const loss = (along: number, name: string, index: number, by: number): number => {
      const at = moved(values, toDoubles(direction), along);
      at[name][index] += by;
      return layerwiseLoss(model, at, task, examples, {});
    };
    for (const { name, size } of model.parameters) {
      for (let index = 0; index < size; index += 1 + Math.floor(size / 12)) {
        const corners = [
          loss(step, name, index, step),
          loss(step, name, index, -step),
          loss(-step, name, index, step),
          loss(-step, name, index, -step),
        ];
        const expected = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * step * step);
        expect(Math.abs(product[name][index] - expected), `${name} ${index}: ${product[name][index]}, not ${expected}`).toBeLessThan(1e-6);
      }
    }
    trainer.dispose();
  });

  it('is symmetric to the last digits of a float, on more examples than are taken at once', async () => {
    const trainer = await begun(model);
    const examples = Uint32Array.from({ length: 150 }, (_, index) => index);
    const [u, v] = [directionOf(model, 1), directionOf(model, 2)];
    const [hu, hv] = [await trainer.hessianVectorProduct(0, examples, u), await trainer.hessianVectorProduct(0, examples, v)];
    expect(Math.abs(dot(u, hv) - dot(v, hu))).toBeLessThan(1e-7 * Math.sqrt(dot(hu, hu)));
    trainer.dispose();
  });

  it('is the mean over examples, whatever else the trainer does', async () => {
    const trainer = await begun(model);
    const before = await trainer.read(0);
    await trainer.hessianVectorProduct(0, Uint32Array.of(1, 2), directionOf(model, 1));
    expect(await trainer.read(0)).toEqual(before);
    trainer.dispose();
  });
});

describe('the largest eigenvalue of the whole Hessian', () => {
  /** 149 parameters, 20 examples. No kinks, so that differences of gradients are exact to many digits. */
  const task = tinyTask({ kind: 'floats', input: { height: 2, width: 3, channels: 2 } });
  const model = tinyModel(task, { activation: 'tanh' });
  const examples = Uint32Array.from({ length: 20 }, (_, index) => index);
  const places = model.parameters.flatMap(({ name, size }) => Array.from({ length: size }, (_, index) => ({ name, index })));
  const inOneRow = (tensors: Readonly<Record<string, ArrayLike<number>>>): number[] =>
    model.parameters.flatMap(({ name }) => Array.from(tensors[name]));

  /** Row by row, by products with unit vectors. */
  async function byProducts(trainer: Trainer): Promise<number[][]> {
    const rows: number[][] = [];
    for (const { name, index } of places) {
      const unit = Object.fromEntries(model.parameters.map((parameter) => [parameter.name, new Float32Array(parameter.size)]));
      unit[name][index] = 1;
      rows.push(inOneRow(await trainer.hessianVectorProduct(0, examples, unit)));
    }
    return rows;
  }

  /** Row by row, by differences of gradients that are worked out in double precision. */
  function byDifferences(weights: Doubles): number[][] {
    const step = 1e-4;
    const gradientAt = (name: string, index: number, by: number): number[] =>
      inOneRow(
        referenceGradients(model, { ...weights, [name]: weights[name].with(index, weights[name][index] + by) }, task, examples).gradients,
      );
    return places.map(({ name, index }) => {
      const [ahead, behind] = [gradientAt(name, index, step), gradientAt(name, index, -step)];
      return ahead.map((value, at) => (value - behind[at]) / (2 * step));
    });
  }

  it.each([
    { when: 'at the init', steps: 0, eigenvalue: 3.2142 },
    { when: 'after 100 steps', steps: 100, eigenvalue: 1.4885 },
  ])('$when is $eigenvalue, as in double precision', async ({ steps, eigenvalue }) => {
    const trainer = await bench.engine.createTrainer({ model, task, optimizer: optimizers.sgd, weightDecay: 0, batchSize: 8, networks: 1 });
    trainer.start(0, begin(model, task, {}));
    await trainer.train([steps], unhurried);
    const expected = largestEigenvalue(byDifferences(toDoubles((await trainer.read(0)).parameters)));
    const found = largestEigenvalue(await byProducts(trainer));
    expect(expected).toBeCloseTo(eigenvalue, 4);
    expect(Math.abs(found / expected - 1)).toBeLessThan(1e-7);
    trainer.dispose();
  });
});
