/** Every optimiser of the kernels, which keep single precision, beside the same training in double precision. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReferenceNetwork, toDoubles, type Doubles } from '../../../support/reference.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { begin, mixedPlanes, optimizers, tinyModel, unhurried, type Bench } from '../suites/setup.ts';
import { openSparse } from './open.ts';

/** Twelve inputs, layers of seven and five units, three classes; batches of eight of sixty examples. */
const task = tinyTask({ kind: 'floats', input: { height: 2, width: 3, channels: 2 } });
const model = tinyModel(task, { activation: 'tanh' });
const STEPS = 300;
/** Of all weights together: six units in the last place of a number in single precision. */
const BOUND = 7e-7;

let bench: Bench;
beforeAll(async () => {
  bench = await openSparse();
});
afterAll(() => bench.engine.dispose());

/** Length of the difference, as a share of the length of what is expected. */
function relativeDistance(actual: Doubles, expected: Doubles): number {
  const names = Object.keys(expected);
  const differences = names.flatMap((name) => expected[name].map((value, index) => actual[name][index] - value));
  return Math.hypot(...differences) / Math.hypot(...names.flatMap((name) => expected[name]));
}

describe.each(Object.values(optimizers))('$type', (optimizer) => {
  it.each([
    { name: 'dense', planes: {}, weightDecay: 0 },
    { name: 'dense, with weight decay', planes: {}, weightDecay: 0.01 },
    { name: 'masked, with frozen weights and weight decay', planes: mixedPlanes(model), weightDecay: 0.01 },
  ])(`after ${STEPS} steps is where double precision is: $name`, async ({ planes, weightDecay }) => {
    const { learningRate } = optimizer;
    const start = begin(model, task, planes, { rateAt: (position) => (learningRate * (1 + Math.cos((Math.PI * position) / STEPS))) / 2 });
    const trainer = await bench.engine.createTrainer({ model, task, optimizer, weightDecay, batchSize: 8, networks: 1 });
    trainer.start(0, start);
    await trainer.train([STEPS], unhurried);
    const reference = new ReferenceNetwork(model, optimizer, weightDecay, toDoubles(start.snapshot.parameters), planes);
    const first = structuredClone(reference.parameters);
    for (let position = 0; position < STEPS; position++) reference.step(task, start.batches.at(position), start.rateAt(position));
    const { parameters } = await trainer.read(0);
    expect(relativeDistance(toDoubles(parameters), reference.parameters)).toBeLessThan(BOUND);
    // They have come far from where they began.
    expect(relativeDistance(first, reference.parameters)).toBeGreaterThan(0.3);
    trainer.dispose();
  });
});
