/** Dense layers and convolutions of any shape, masked in any way, on batches of any size. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prunableParameters, type Model, type Shape } from '../../../../src/models/model.ts';
import { stream } from '../../../../src/numerics/streams.ts';
import { bitsWhere, type Planes } from '../../../../src/science/mask.ts';
import { Builder } from '../../../support/tiny-nets.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import type { Bench } from '../suites/setup.ts';
import { expectGradients, expectSteps } from './checks.ts';
import { openSparse } from './open.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openSparse();
});
afterAll(() => bench.engine.dispose());

/** Always the same cases: a difference of the loss that straddles a kink of a ReLU would be a false alarm now and then. */
const fixed = { seed: 20_240_311, numRuns: 40 };

const CLASSES = 3;

const inputs = fc.record({
  height: fc.integer({ min: 1, max: 7 }),
  width: fc.integer({ min: 1, max: 7 }),
  channels: fc.integer({ min: 1, max: 3 }),
});
const batchSizes = fc.oneof(fc.constantFrom(1, 31, 32, 33), fc.integer({ min: 1, max: 70 }));
const activations = fc.constantFrom('relu' as const, 'tanh' as const);

/** Percentages of weights that are absent and that are frozen, of each matrix. */
const shares = fc.array(fc.record({ absent: fc.constantFrom(0, 30, 90, 100), frozen: fc.constantFrom(0, 0, 20, 100) }), {
  minLength: 3,
  maxLength: 3,
});

const planesOf = (model: Model, all: readonly { readonly absent: number; readonly frozen: number }[]): Planes =>
  Object.fromEntries(
    prunableParameters(model).map(({ name, size }, layer) => {
      const { absent, frozen } = all[layer];
      const source = stream(1, `shapes/${name}`);
      const draws = Array.from({ length: size }, () => [source.below(100), source.below(100)]);
      const present = bitsWhere(size, (index) => draws[index][0] >= absent);
      return [name, { present, trainable: bitsWhere(size, (index) => draws[index][0] >= absent && draws[index][1] >= frozen) }];
    }),
  );

const convolutions = fc.record({
  units: fc.integer({ min: 1, max: 4 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 3 }),
});

it('perceptrons', async () => {
  const hidden = fc.array(fc.record({ units: fc.integer({ min: 1, max: 19 }), activation: activations }), { minLength: 0, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(inputs, hidden, shares, batchSizes, async (input, layers, masks, batchSize) => {
      const builder = new Builder(input);
      for (const { units, activation } of layers) builder.dense(units).activate(activation);
      const model = builder.dense(CLASSES).model('perceptron');
      const task = tinyTask({ input, classes: CLASSES, count: 80 });
      await expectSteps(bench.engine, task, model, planesOf(model, masks), [batchSize]);
      await expectGradients(bench.engine, task, model, planesOf(model, masks), batchSize);
    }),
    fixed,
  );
});

it('convolutions, one upon another', async () => {
  const layers = fc.tuple(convolutions, activations, convolutions, activations);
  let convolved = 0;
  await fc.assert(
    fc.asyncProperty(inputs, layers, shares, batchSizes, async (input, [first, one, second, other], masks, batchSize) => {
      const fits = ({ height, width }: Shape, { kernel, padding }: typeof first): boolean =>
        Math.min(height, width) + 2 * padding >= kernel;
      const builder = new Builder(input);
      fc.pre(fits(input, first));
      builder.conv(first.units, first.kernel, first.stride, first.padding).activate(one);
      fc.pre(fits(builder.end.output, second));
      const model = builder
        .conv(second.units, second.kernel, second.stride, second.padding)
        .activate(other)
        .dense(CLASSES)
        .model('convolutions');
      const task = tinyTask({ input, classes: CLASSES, count: 80, kind: 'floats' });
      await expectSteps(bench.engine, task, model, planesOf(model, masks), [batchSize]);
      await expectGradients(bench.engine, task, model, planesOf(model, masks), batchSize);
      convolved++;
    }),
    fixed,
  );
  expect(convolved).toBe(fixed.numRuns);
});
