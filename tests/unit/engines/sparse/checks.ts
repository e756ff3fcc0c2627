/** Comparisons of a trainer with differences of the loss, at weights drawn so that no activation sits on a kink. */
import { expect } from 'vitest';
import type { Model } from '../../../../src/models/model.ts';
import { normal } from '../../../../src/numerics/sampling.ts';
import { stream } from '../../../../src/numerics/streams.ts';
import { getBit, type Planes } from '../../../../src/science/mask.ts';
import type { Engine } from '../../../../src/science/trainer.ts';
import type { Snapshot, Tensors } from '../../../../src/science/tensors.ts';
import type { Task } from '../../../../src/tasks/task.ts';
import { difference, doubles } from '../../../support/differences.ts';
import { layerwiseLoss } from '../../../support/reference-layers.ts';
import type { Doubles } from '../../../support/reference.ts';
import { tinyBatches } from '../../../support/tiny-task.ts';
import { unhurried } from '../suites/setup.ts';

/** Parameters compared by a difference each; the rest only where they must not move. */
const SAMPLES = 3;

/** Weights, and biases too, that are random and of ordinary size. */
export function randomSnapshot(model: Model, seed: number): Snapshot {
  const source = stream(seed, 'random-snapshot');
  const parameters = Object.fromEntries(
    model.parameters.map(({ name, size, shape }) => [
      name,
      Float32Array.from({ length: size }, () => 0.2 + normal(source) / Math.sqrt(size / shape[0])),
    ]),
  );
  const buffers = Object.fromEntries(model.buffers.map(({ name, size, initial }) => [name, new Float32Array(size).fill(initial)]));
  return { parameters, buffers };
}

async function begun(engine: Engine, task: Task, model: Model, planes: Planes, sizes: readonly number[]) {
  const trainer = await engine.createTrainer({
    ...{ model, task, weightDecay: 0, batchSize: Math.max(...sizes), networks: 1 },
    optimizer: { type: 'sgd', learningRate: 1 },
  });
  const batchesOf = sizes.map((size) => tinyBatches(task, size));
  const batches = { batchSize: sizes[0], at: (position: number) => batchesOf[position].at(position) };
  trainer.start(0, { snapshot: randomSnapshot(model, 1), planes, batches, position: 0, rateAt: () => 0.5 });
  return { trainer, batches };
}

/** Steps of plain gradient descent, each from weights of its own on a batch of its own size. */
export async function expectSteps(engine: Engine, task: Task, model: Model, planes: Planes, sizes: readonly number[]): Promise<void> {
  const { trainer, batches } = await begun(engine, task, model, planes, sizes);
  for (let position = 0; position < sizes.length; position++) {
    trainer.write(0, randomSnapshot(model, position));
    const before = await trainer.read(0);
    const examples = batches.at(position).slice();
    const loss = layerwiseLoss(model, doubles(before), task, examples, {});
    expect((await trainer.train([position + 1], unhurried))[0][0]).toBeCloseTo(loss, 4);
    const after = await trainer.read(0);
    const gradients = Object.fromEntries(
      Object.entries(after.parameters).map(([name, values]) => [
        name,
        values.map((value, at) => (before.parameters[name][at] - value) / 0.5),
      ]),
    );
    for (const [name, { trainable }] of Object.entries(planes)) {
      gradients[name].forEach((gradient, index) => {
        if (!getBit(trainable, index)) expect(gradient, `${name} ${index}`).toBe(0);
      });
    }
    const isTrained = (name: string, index: number): boolean => !(name in planes) || getBit(planes[name].trainable, index);
    expectLikeDifferences(model, doubles(before), task, examples, gradients, isTrained, position);
  }
  trainer.dispose();
}

/** The gradients that the contract offers, on so many of the task's first examples. */
export async function expectGradients(engine: Engine, task: Task, model: Model, planes: Planes, count: number): Promise<void> {
  const { trainer } = await begun(engine, task, model, planes, [8]);
  const examples = Uint32Array.from({ length: count }, (_, index) => index);
  const gradients = await trainer.gradients(0, examples);
  expectLikeDifferences(model, doubles(await trainer.read(0)), task, examples, gradients, () => true, count);
  trainer.dispose();
}

/** Some gradients of every parameter, chosen by `seed` among those that `counts`. */
function expectLikeDifferences(
  model: Model,
  values: Doubles,
  task: Task,
  examples: Uint32Array,
  gradients: Tensors,
  counts: (name: string, index: number) => boolean,
  seed: number,
): void {
  const loss = (at: Doubles): number => layerwiseLoss(model, at, task, examples, {});
  for (const { name, size } of model.parameters) {
    const source = stream(seed, `samples/${name}`);
    const candidates = Array.from({ length: size }, (_, index) => index).filter((index) => counts(name, index));
    const scale = Math.max(1, ...gradients[name].map(Math.abs));
    for (let sample = 0; sample < Math.min(SAMPLES, candidates.length); sample++) {
      const index = candidates[source.below(candidates.length)];
      const expected = difference(values, name, index, loss);
      expect(
        Math.abs(gradients[name][index] - expected) / scale,
        `${name} ${index}: ${gradients[name][index]}, not ${expected}`,
      ).toBeLessThan(1e-5);
    }
  }
}
