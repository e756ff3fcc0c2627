/** Convolutions, pooling, batch normalisation and residual additions against their definitions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../../../src/models/model.ts';
import type { Engine } from '../../../../src/science/trainer.ts';
import { difference, doubles } from '../../../support/differences.ts';
import { layerwiseLoss, type Observed } from '../../../support/reference-layers.ts';
import { tinyBranching, tinyConvolutional, tinyPooling, tinyResidual } from '../../../support/tiny-nets.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { begin, mixedPlanes, optimizers, unhurried, type Bench } from './setup.ts';

const task = tinyTask({ input: { height: 7, width: 6, channels: 2 }, classes: 3 });
const nets = [tinyConvolutional, tinyResidual, tinyPooling, tinyBranching].map((build) => build(task.input, 3));
const examples = Uint32Array.of(0, 3, 7, 11, 20, 31);

export function imagesSuite(name: string, open: () => Promise<Bench>): void {
  describe(`networks of images: ${name}`, () => {
    let engine: Engine;
    let inUse: Bench['inUse'];
    beforeAll(async () => {
      ({ engine, inUse } = await open());
    });
    afterAll(() => engine.dispose());

    const make = (model: Model, weightDecay = 0) =>
      engine.createTrainer({ model, task, optimizer: optimizers.momentum, weightDecay, batchSize: 8, networks: 1 });

    it.each(nets)('$family: loss and gradient are those of its definition', async (model) => {
      const trainer = await make(model);
      trainer.start(0, begin(model, task, {}));
      const values = doubles(await trainer.read(0));
      expect((await trainer.metrics(0, examples, unhurried)).loss).toBeCloseTo(layerwiseLoss(model, values, task, examples, null), 5);
      const gradients = await trainer.gradients(0, examples);
      for (const { name, size } of model.parameters) {
        for (let index = 0; index < size; index += 1 + Math.floor(size / 25)) {
          const expected = difference(values, name, index, (at) => layerwiseLoss(model, at, task, examples, {}));
          expect(gradients[name][index], `${name} ${index}`).toBeCloseTo(expected, 5);
        }
      }
      trainer.dispose();
    });

    it.each(nets)('$family: Hessian-vector products are differences of gradients', async (model) => {
      const trainer = await make(model);
      const start = begin(model, task, {});
      trainer.start(0, start);
      const vector = (await trainer.read(0)).parameters;
      const product = await trainer.hessianVectorProduct(0, examples, vector);
      const gradientAt = async (scale: number) => {
        const parameters = Object.fromEntries(Object.entries(vector).map(([name, values]) => [name, values.map((value) => value * scale)]));
        trainer.write(0, { parameters, buffers: start.snapshot.buffers });
        return trainer.gradients(0, examples);
      };
      const [ahead, behind] = [await gradientAt(1.002), await gradientAt(0.998)];
      for (const { name } of model.parameters) {
        const largest = Math.max(...product[name].map(Math.abs), 0.01);
        product[name].forEach((value, index) =>
          expect(Math.abs(value - (ahead[name][index] - behind[name][index]) / 0.004) / largest, `${name} ${index}`).toBeLessThan(0.02),
        );
      }
      trainer.dispose();
    });

    it.each(nets)('$family: trains masked, and running statistics follow the batches', async (model) => {
      const planes = mixedPlanes(model);
      const trainer = await make(model, 0.01);
      const start = begin(model, task, planes);
      trainer.start(0, start);
      const started = inUse();
      for (let position = 0; position < 6; position++) {
        const before = doubles(await trainer.read(0));
        const observed: Observed = {};
        const expected = layerwiseLoss(model, before, task, start.batches.at(position), observed);
        const [[loss]] = await trainer.train([position + 1], unhurried);
        expect(loss).toBeCloseTo(expected, 5);
        const { buffers } = await trainer.read(0);
        expect(Object.keys(buffers)).toEqual(model.buffers.map(({ name }) => name));
        for (const [name, values] of Object.entries(buffers)) {
          values.forEach((value, channel) => expect(value).toBeCloseTo(0.9 * before[name][channel] + 0.1 * observed[name][channel], 5));
        }
      }
      expect(inUse()).toBe(started);
      const after = await trainer.read(0);
      const { loss } = await trainer.metrics(0, examples, unhurried);
      expect(loss).toBeCloseTo(layerwiseLoss(model, doubles(after), task, examples, null), 4);
      for (const [name, { present }] of Object.entries(planes)) {
        after.parameters[name].forEach((value, index) => {
          if (((present.bytes[index >> 3] >> (index & 7)) & 1) === 0) expect(value).toBe(0);
        });
      }
      trainer.dispose();
    });
  });
}
