import { expect, it } from 'vitest';
import { createTfjsEngine } from '../../../../src/engines/tfjs/engine.ts';
import { LabError } from '../../../../src/science/errors.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { contractSuite } from '../suites/contract.ts';
import { begin, mixedPlanes, optimizers, tinyModel, unhurried } from '../suites/setup.ts';
import { openTfjs } from './open.ts';

const task = tinyTask();
const model = tinyModel(task);
const planes = mixedPlanes(model);

for (const backend of ['cpu', 'wasm'] as const) contractSuite(`tfjs on ${backend}`, () => openTfjs(backend));

it('works on two backends by turns, and opens again after it was closed', async () => {
  const losses: (readonly number[])[][] = [];
  for (let round = 0; round < 2; round++) {
    const engines = await Promise.all((['cpu', 'wasm'] as const).map((backend) => createTfjsEngine(backend)));
    const trainers = await Promise.all(
      engines.map((engine) => engine.createTrainer({ model, task, optimizer: optimizers.adam, weightDecay: 0, batchSize: 8, networks: 1 })),
    );
    trainers.forEach((trainer) => trainer.start(0, begin(model, task, planes)));
    losses.push(
      (await Promise.all(trainers.map((trainer) => trainer.train([20], { due: () => true, breathe: () => Promise.resolve() })))).flat(),
    );
    engines.forEach((engine) => engine.dispose());
  }
  expect(losses[0]).toEqual(losses[1]);
  losses[0][0].forEach((loss, step) => expect(loss).toBeCloseTo(losses[0][1][step], 5));
});

it('says what it can do', async () => {
  const engine = await createTfjsEngine('cpu');
  expect(engine).toMatchObject({ name: 'tfjs', backend: 'cpu', deterministic: false });
  expect(
    engine.missing(['layer:dense', 'layer:tanh', 'optimizer:adam', 'frozen-weights', 'dense-gradients', 'hessian-vector-products']),
  ).toEqual([]);
  engine.dispose();
});

it.each(['webgpu', 'webgl'] as const)('names %s as what does not start where there is none', async (backend) => {
  const error: unknown = await createTfjsEngine(backend).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LabError);
  expect(error).toMatchObject({ subject: 'engine' });
  expect(String(error)).toContain(`The ${backend} backend does not start on this machine. Choose another engine`);
  // The others go on.
  const engine = await createTfjsEngine('cpu');
  const trainer = await engine.createTrainer({ model, task, optimizer: optimizers.sgd, weightDecay: 0, batchSize: 8, networks: 1 });
  trainer.start(0, begin(model, task, {}));
  expect((await trainer.train([1], unhurried))[0][0]).toBeGreaterThan(0);
  engine.dispose();
});
