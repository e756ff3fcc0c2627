/** What training moves by, and what `gradients` returns, against differences of the loss in double precision. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bitsWhere, type Planes } from '../../../../src/science/mask.ts';
import { prunableParameters, type Model } from '../../../../src/models/model.ts';
import { difference, doubles } from '../../../support/differences.ts';
import { layerwiseLoss } from '../../../support/reference-layers.ts';
import { tinyBranching, tinyConvolutional, tinyPooling, tinyResidual } from '../../../support/tiny-nets.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { mixedPlanes, tinyModel, type Bench } from '../suites/setup.ts';
import { expectGradients, expectSteps, randomSnapshot } from './checks.ts';
import { openSparse } from './open.ts';

const task = tinyTask({ input: { height: 7, width: 6, channels: 2 }, classes: 3, count: 80 });
const { input, classes } = task;
const nets = [
  tinyModel(task),
  tinyModel(task, { activation: 'tanh' }),
  tinyConvolutional(input, classes),
  tinyPooling(input, classes),
  tinyResidual(input, classes),
  tinyBranching(input, classes),
];

/** Which weights of a parameter are there, by row (output unit) and index. */
const planesWhere = (model: Model, isPresent: (parameter: number, row: number, index: number) => boolean): Planes =>
  Object.fromEntries(
    prunableParameters(model).map(({ name, shape, size }, parameter) => {
      const present = bitsWhere(size, (index) => isPresent(parameter, Math.floor((index * shape[0]) / size), index));
      return [name, { present, trainable: present }];
    }),
  );

const allFrozen = (model: Model): Planes =>
  Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => [
      name,
      { present: bitsWhere(size, (index) => index % 3 > 0), trainable: bitsWhere(size, () => false) },
    ]),
  );

let bench: Bench;
beforeAll(async () => {
  bench = await openSparse();
});
afterAll(() => bench.engine.dispose());

describe.each(nets)('$family', (model) => {
  it.each([1, 31, 32, 33, 64])('a step on a batch of %i, masked', async (size) => {
    await expectSteps(bench.engine, task, model, mixedPlanes(model, size), [size]);
  });

  it.each([
    { name: 'nothing is absent', planes: {} },
    { name: 'few weights are absent', planes: planesWhere(model, (_, row, index) => (index + row) % 10 > 0) },
    { name: 'rows are empty', planes: planesWhere(model, (_, row, index) => row % 2 === 1 && index % 2 === 0) },
    { name: 'the first layer is absent', planes: planesWhere(model, (parameter) => parameter > 0) },
    { name: 'the last layer is absent', planes: planesWhere(model, (parameter) => parameter < prunableParameters(model).length - 1) },
    { name: 'everything is absent', planes: planesWhere(model, () => false) },
    { name: 'everything is frozen or absent', planes: allFrozen(model) },
  ])('a step where $name', async ({ planes }) => {
    await expectSteps(bench.engine, task, model, planes, [9]);
  });

  it('what an earlier, larger batch left behind reaches no later one', async () => {
    await expectSteps(bench.engine, task, model, mixedPlanes(model), [64, 33, 1, 32]);
  });

  it.each([1, 33, 80])('gradients by all weights, absent and frozen ones too, on %i examples', async (count) => {
    await expectGradients(bench.engine, task, model, mixedPlanes(model, 3), count);
  });
});

it('gradients of a normalised network leave its running statistics alone, in one batch and beyond it', async () => {
  const model = tinyResidual(input, classes);
  const trainer = await bench.engine.createTrainer({
    ...{ model, task, weightDecay: 0, batchSize: 8, networks: 1 },
    optimizer: { type: 'sgd', learningRate: 1 },
  });
  const snapshot = randomSnapshot(model, 1);
  trainer.start(0, { snapshot, planes: {}, batches: { batchSize: 8, at: () => new Uint32Array(8) }, position: 0, rateAt: () => 1 });
  for (const count of [8, 32, 33, 70]) {
    const examples = Uint32Array.from({ length: count }, (_, index) => index);
    const gradients = await trainer.gradients(0, examples);
    expect((await trainer.read(0)).buffers).toEqual(snapshot.buffers);
    const values = doubles(snapshot);
    const [{ name }] = model.parameters;
    const expected = difference(values, name, 4, (at) => layerwiseLoss(model, at, task, examples, {}));
    expect(gradients[name][4]).toBeCloseTo(expected, 5);
  }
  trainer.dispose();
});
