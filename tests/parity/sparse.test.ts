/** The sparse engine against tfjs's CPU backend: every layer type, optimiser and density, step by step. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSparseEngine } from '../../src/engines/sparse/engine.ts';
import { createTfjsEngine } from '../../src/engines/tfjs/engine.ts';
import { buildModel } from '../../src/models/build.ts';
import { prunableParameters, type Model } from '../../src/models/model.ts';
import { stream } from '../../src/numerics/streams.ts';
import { initialise } from '../../src/science/init.ts';
import { bitsWhere, trainablePlanes, type Planes } from '../../src/science/mask.ts';
import type { Optimizer } from '../../src/science/recipe/schema.ts';
import type { Snapshot, Tensors } from '../../src/science/tensors.ts';
import type { Engine, Trainer } from '../../src/science/trainer.ts';
import type { Task } from '../../src/tasks/task.ts';
import { tinyBranching, tinyConvolutional, tinyPooling, tinyResidual } from '../support/tiny-nets.ts';
import { tinyBatches, tinyTask } from '../support/tiny-task.ts';

const STEPS = 100;
const BATCH = 6;
const CLASSES = 4;
const tidy = tinyTask({ input: { height: 6, width: 7, channels: 1 }, classes: CLASSES, count: 300 });
/** One label in four is wrong, so that losses stay well above the last digit of the logits that they are made of. */
const task: Task = { ...tidy, labels: tidy.labels.map((label, index) => (index % 4 === 0 ? (label + 1) % CLASSES : label)) };

/** Every kind of layer, tried with every optimiser at every density. */
const everywhere: readonly Model[] = [
  ...(['relu', 'tanh'] as const).map((activation) => buildModel({ family: 'mlp', hidden: [24, 16], activation }, task.input, CLASSES)),
  ...[tinyConvolutional, tinyResidual].map((build) => build(task.input, CLASSES)),
];

/** Unusual windows and branches, tried with every optimiser. */
const shapes: readonly Model[] = [tinyPooling, tinyBranching].map((build) => build(task.input, CLASSES));

const optimizers: readonly Optimizer[] = [
  { type: 'sgd', learningRate: 0.02 },
  { type: 'momentum', learningRate: 0.005, momentum: 0.9 },
  { type: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999 },
];

/** Kept weights in percent. */
const densities = [100, 50, 21, 5];

/** At random, layer by layer. */
const planesOf = (model: Model, density: number): Planes =>
  trainablePlanes(
    Object.fromEntries(
      prunableParameters(model).map(({ name, size }) => {
        const source = stream(1, `parity/${name}`);
        return [name, bitsWhere(size, () => source.below(100) < density)];
      }),
    ),
  );

interface Trained {
  readonly losses: readonly number[];
  readonly final: Snapshot;
}

/** A network in training on one of the engines. */
async function begin(engine: Engine, model: Model, optimizer: Optimizer, density: number): Promise<Trainer> {
  const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay: 1e-4, batchSize: BATCH, networks: 1 });
  trainer.start(0, {
    snapshot: initialise(model, 'glorot-normal', 1),
    planes: planesOf(model, density),
    batches: tinyBatches(task, BATCH),
    position: 0,
    rateAt: () => optimizer.learningRate,
  });
  return trainer;
}

async function train(engine: Engine, model: Model, optimizer: Optimizer, density: number): Promise<Trained> {
  const trainer = await begin(engine, model, optimizer, density);
  const losses: number[] = [];
  const control = { due: () => false, breathe: () => Promise.resolve() };
  for (let position = 0; position < STEPS; position++) losses.push((await trainer.train([position + 1], control))[0][0]);
  const final = await trainer.read(0);
  trainer.dispose();
  return { losses, final };
}

const farthest = (actual: Tensors, expected: Tensors): number =>
  Math.max(
    0,
    ...Object.entries(expected).flatMap(([name, values]) => Array.from(values, (value, index) => Math.abs(value - actual[name][index]))),
  );

const largest = (tensors: Tensors): number =>
  farthest(tensors, Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, values.map(() => 0)])));

let sparse: Engine;
let tfjs: Engine;
beforeAll(async () => {
  sparse = await createSparseEngine();
  tfjs = await createTfjsEngine('cpu');
});
afterAll(() => {
  sparse.dispose();
  tfjs.dispose();
});

const cases = [
  ...everywhere.flatMap((model) => optimizers.flatMap((optimizer) => densities.map((density) => ({ model, optimizer, density })))),
  ...shapes.flatMap((model) => optimizers.map((optimizer) => ({ model, optimizer, density: 50 }))),
].map((one, index) => ({ ...one, name: `${index}: ${one.model.family}, ${one.optimizer.type}, ${one.density} percent kept` }));

const derivatives = [...everywhere, ...shapes]
  .flatMap((model) => densities.map((density) => ({ model, density })))
  .map((one, index) => ({
    ...one,
    name: `${index}: ${one.model.family}, ${one.density} percent kept`,
  }));

it.each(derivatives)('gradients and Hessian-vector products, of all weights: $name', async ({ model, density }) => {
  const examples = Uint32Array.from({ length: 12 }, (_, index) => index);
  const vector = initialise(model, 'glorot-normal', 2).parameters;
  const found = [];
  for (const engine of [sparse, tfjs]) {
    const trainer = await begin(engine, model, optimizers[0], density);
    found.push([await trainer.gradients(0, examples), await trainer.hessianVectorProduct(0, examples, vector)]);
    trainer.dispose();
  }
  const [[gradients, products], [expectedGradients, expectedProducts]] = found;
  expect(farthest(gradients, expectedGradients)).toBeLessThan(1e-6 * Math.max(0.1, largest(expectedGradients)));
  // tfjs works these out in single precision.
  expect(farthest(products, expectedProducts)).toBeLessThan(1e-5 * Math.max(0.1, largest(expectedProducts)));
});

it.each(cases)('$name', async ({ model, optimizer, density }) => {
  const actual = await train(sparse, model, optimizer, density);
  const expected = await train(tfjs, model, optimizer, density);
  const loss = Math.max(...actual.losses.map((value, step) => Math.abs(value / expected.losses[step] - 1)));
  const weights = farthest(actual.final.parameters, expected.final.parameters);
  const statistics = farthest(actual.final.buffers, expected.final.buffers);
  expect(loss).toBeLessThan(1e-5);
  // Adam divides by the gradient's own size: where that is next to nothing, its last digit is as good as its first.
  expect(weights).toBeLessThan(optimizer.type === 'adam' ? 2e-4 : 1e-6);
  expect(statistics).toBeLessThan(optimizer.type === 'adam' ? 2e-4 : 1e-6);
  expect(actual.losses.slice(-10).reduce((sum, value) => sum + value)).toBeLessThan(
    actual.losses.slice(0, 10).reduce((sum, value) => sum + value),
  );
});
