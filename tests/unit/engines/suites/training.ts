/** Perceptrons against a reference in double precision: every optimiser, masks, gradients, metrics. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Optimizer } from '../../../../src/science/recipe/schema.ts';
import type { Engine } from '../../../../src/science/trainer.ts';
import { referenceActivations, referenceGradients, ReferenceNetwork, toDoubles, type Doubles } from '../../../support/reference.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { begin, mixedPlanes, optimizers, tinyModel, unhurried, type Bench } from './setup.ts';

const STEPS = 20;

/** Largest difference between two sets of tensors. */
function distance(actual: Readonly<Record<string, ArrayLike<number>>>, expected: Doubles): number {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  let largest = 0;
  for (const [name, values] of Object.entries(expected)) {
    expect(actual[name].length).toBe(values.length);
    values.forEach((value, index) => {
      const difference = Math.abs(actual[name][index] - value);
      largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
    });
  }
  return largest;
}

export function trainingSuite(name: string, open: () => Promise<Bench>): void {
  describe(`training: ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      ({ engine } = await open());
    });
    afterAll(() => engine.dispose());

    describe.each(Object.values(optimizers))('$type', (optimizer: Optimizer) => {
      it.each([
        { name: 'dense', masked: false, weightDecay: 0, kind: 'bytes', activation: 'relu' },
        { name: 'masked, with frozen weights and weight decay', masked: true, weightDecay: 0.01, kind: 'floats', activation: 'tanh' },
      ] as const)('follows the reference: $name', async ({ masked, weightDecay, kind, activation }) => {
        const task = tinyTask({ kind, input: { height: 2, width: 3, channels: 2 } });
        const model = tinyModel(task, { activation });
        const planes = masked ? mixedPlanes(model) : {};
        const start = begin(model, task, planes, { position: 5, rateAt: (position) => 0.05 / position });
        const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay, batchSize: 8, networks: 1 });
        trainer.start(0, start);
        const reference = new ReferenceNetwork(model, optimizer, weightDecay, toDoubles(start.snapshot.parameters), planes);
        for (let position = 5; position < 5 + STEPS; position++) {
          const [[loss]] = await trainer.train([position + 1], unhurried);
          const expected = reference.step(task, start.batches.at(position), start.rateAt(position));
          expect(Math.abs(loss - expected)).toBeLessThan(1e-5 * expected);
        }
        expect(distance((await trainer.read(0)).parameters, reference.parameters)).toBeLessThan(optimizer.type === 'adam' ? 2e-4 : 1e-6);
        const moments = await trainer.readOptimizer(0);
        for (const [moment, values] of Object.entries(reference.moments)) {
          if (!Object.keys(moments).some((key) => key.endsWith(`/${moment}`))) continue;
          const expected = Object.fromEntries(Object.entries(values).map(([name, of]) => [`${name}/${moment}`, of]));
          const actual = Object.fromEntries(Object.entries(moments).filter(([key]) => key.endsWith(`/${moment}`)));
          expect(distance(actual, expected)).toBeLessThan(2e-5);
        }
        trainer.dispose();
      });
    });

    it('gives dense gradients, of absent weights too, and Hessian-vector products', async () => {
      const task = tinyTask();
      const model = tinyModel(task, { activation: 'tanh' });
      const planes = mixedPlanes(model);
      const trainer = await engine.createTrainer({ model, task, optimizer: optimizers.sgd, weightDecay: 0.1, batchSize: 8, networks: 1 });
      trainer.start(0, begin(model, task, planes));
      const { parameters } = await trainer.read(0);
      const examples = Uint32Array.from({ length: 37 }, (_, index) => index);
      const at = (weights: Doubles): Doubles => referenceGradients(model, weights, task, examples).gradients;
      const weights = toDoubles(parameters);
      expect(distance(await trainer.gradients(0, examples), at(weights))).toBeLessThan(1e-6);

      const vector = Object.fromEntries(
        model.parameters.map(({ name, size }) => [name, Float32Array.from({ length: size }, (_, index) => ((index * 7) % 11) / 11 - 0.5)]),
      );
      const shifted = (by: number): Doubles =>
        Object.fromEntries(
          Object.entries(weights).map(([name, values]) => [name, values.map((value, index) => value + by * vector[name][index])]),
        );
      const [ahead, behind] = [at(shifted(1e-4)), at(shifted(-1e-4))];
      const expected = Object.fromEntries(
        Object.entries(ahead).map(([name, values]) => [name, values.map((value, index) => (value - behind[name][index]) / 2e-4)]),
      );
      expect(distance(await trainer.hessianVectorProduct(0, examples, vector), expected)).toBeLessThan(1e-5);
      trainer.dispose();
    });

    it('measures accuracy and loss on any number of examples', async () => {
      const task = tinyTask({ count: 2345 });
      const model = tinyModel(task);
      const trainer = await engine.createTrainer({ model, task, optimizer: optimizers.sgd, weightDecay: 0, batchSize: 8, networks: 1 });
      trainer.start(0, begin(model, task, {}));
      await trainer.train([30], unhurried);
      const weights = toDoubles((await trainer.read(0)).parameters);
      for (const count of [1, 999, 2345]) {
        const examples = Uint32Array.from({ length: count }, (_, index) => index);
        const { loss, accuracy } = await trainer.metrics(0, examples, unhurried);
        expect(loss).toBeCloseTo(referenceGradients(model, weights, task, examples).loss, 5);
        const right = Array.from(examples).filter((example) => {
          const activations = referenceActivations(model, weights, task, example);
          const logits = activations[activations.length - 1];
          return logits.indexOf(Math.max(...logits)) === task.labels[example];
        });
        expect(accuracy).toBe(right.length / count);
      }
      trainer.dispose();
    });
  });
}
