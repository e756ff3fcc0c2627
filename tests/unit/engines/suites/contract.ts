/** What every engine must do, whatever its arithmetic: masks, copies, memory, politeness. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getBit, trainablePlanes, denseMask, type Planes } from '../../../../src/science/mask.ts';
import { Cancelled, type Engine, type Trainer } from '../../../../src/science/trainer.ts';
import type { Optimizer } from '../../../../src/science/recipe/schema.ts';
import { tinyConvolutional, tinyResidual } from '../../../support/tiny-nets.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { begin, bits, mixedPlanes, optimizers, tinyModel, unhurried, type Bench } from './setup.ts';

const task = tinyTask();
const model = tinyModel(task);
const planes = mixedPlanes(model);
/** Networks of images beside it, for what could differ there. */
const images = tinyTask({ input: { height: 6, width: 7, channels: 2 } });
const subjects = [
  { model, task },
  { model: tinyConvolutional(images.input, 3), task: images },
  { model: tinyResidual(images.input, 3), task: images },
];
const some = Uint32Array.of(1, 2, 3, 5, 8, 13);

export function contractSuite(name: string, open: () => Promise<Bench>): void {
  describe(`the contract: ${name}`, () => {
    let engine: Engine;
    let inUse: Bench['inUse'];
    beforeAll(async () => {
      ({ engine, inUse } = await open());
    });
    afterAll(() => engine.dispose());

    const make = (optimizer: Optimizer, networks = 1, weightDecay = 0.01): Promise<Trainer> =>
      engine.createTrainer({ model, task, optimizer, weightDecay, batchSize: 8, networks });

    async function expectMasked(trainer: Trainer, masks: Planes, network = 0): Promise<void> {
      const weights = bits((await trainer.read(network)).parameters);
      const moments = bits(await trainer.readOptimizer(network));
      for (const [name, { present, trainable }] of Object.entries(masks)) {
        for (let index = 0; index < present.size; index++) {
          if (!getBit(present, index)) expect(weights[name][index]).toBe(0);
          if (getBit(trainable, index)) continue;
          for (const [key, values] of Object.entries(moments)) if (key.startsWith(`${name}/`)) expect(values[index]).toBe(0);
        }
      }
    }

    it.each(
      Object.values(optimizers).flatMap((optimizer) =>
        subjects.map((subject) => ({ type: optimizer.type, family: subject.model.family, optimizer, ...subject })),
      ),
    )('$family, $type: absent weights and their moments are exactly zero after every step', async ({ optimizer, model, task }) => {
      const planes = mixedPlanes(model);
      const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay: 0.01, batchSize: 8, networks: 1 });
      const start = begin(model, task, planes);
      trainer.start(0, start);
      for (let position = 1; position <= 10; position++) {
        await trainer.train([position], unhurried);
        await expectMasked(trainer, planes);
      }
      const before = bits(start.snapshot.parameters);
      const after = bits((await trainer.read(0)).parameters);
      for (const [name, { present, trainable }] of Object.entries(planes)) {
        let moved = 0;
        for (let index = 0; index < present.size; index++) {
          if (getBit(trainable, index)) moved += Number(after[name][index] !== before[name][index]);
          else if (getBit(present, index)) expect(after[name][index]).toBe(before[name][index]);
        }
        expect(moved).toBeGreaterThan(0);
      }
      trainer.dispose();
    });

    it('keeps absent weights at zero even when the rest diverges', async () => {
      const trainer = await make(optimizers.momentum);
      trainer.start(0, begin(model, task, planes, { rateAt: () => 1e30 }));
      const [losses] = await trainer.train([10], unhurried);
      expect(losses).toHaveLength(10);
      expect(losses[9]).toBeNaN();
      await expectMasked(trainer, planes);
      trainer.dispose();
    });

    it('changes planes while training', async () => {
      const trainer = await make(optimizers.adam);
      trainer.start(0, begin(model, task, trainablePlanes(denseMask(model))));
      await trainer.train([5], unhurried);
      const dense = bits((await trainer.read(0)).parameters);
      trainer.setPlanes(0, planes);
      await expectMasked(trainer, planes);
      const cut = bits((await trainer.read(0)).parameters);
      for (const [name, { present }] of Object.entries(planes)) {
        for (let index = 0; index < present.size; index++) if (getBit(present, index)) expect(cut[name][index]).toBe(dense[name][index]);
      }
      await trainer.train([8], unhurried);
      await expectMasked(trainer, planes);
      // What comes back starts at zero and is trained again.
      trainer.setPlanes(0, trainablePlanes(denseMask(model)));
      await expectMasked(
        trainer,
        Object.fromEntries(Object.entries(planes).map(([name, { present }]) => [name, { present, trainable: present }])),
      );
      await trainer.train([9], unhurried);
      const regrown = (await trainer.read(0)).parameters['dense2/weight'];
      expect(regrown.every((value, index) => value !== 0 || bits({ of: regrown }).of[index] === 0)).toBe(true);
      expect(regrown.filter((value) => value === 0).length).toBeLessThan(regrown.length / 2);
      trainer.dispose();
    });

    it('trains each network as if it were alone', async () => {
      const several = await make(optimizers.adam, 3);
      const starts = [1, 2, 3].map((seed) => begin(model, task, mixedPlanes(model, seed), { seed, position: seed }));
      starts.forEach((start, network) => several.start(network, start));
      const losses = [...(await several.train([10, 10, 3], unhurried)), ...(await several.train([15, 10, 12], unhurried))];
      expect(losses.map(({ length }) => length)).toEqual([9, 8, 0, 5, 0, 9]);
      for (const [network, start] of starts.entries()) {
        const alone = await make(optimizers.adam);
        alone.start(0, start);
        const [whole] = await alone.train([[15, 10, 12][network]], unhurried);
        expect(bits((await several.read(network)).parameters)).toEqual(bits((await alone.read(0)).parameters));
        expect(whole, 'however they fall into calls').toEqual([...losses[network], ...losses[3 + network]]);
        alone.dispose();
      }
      several.dispose();
    });

    it('lets a network rest that was not started, and starts, writes, reads and measures it while others train', async () => {
      const several = await make(optimizers.adam, 2);
      several.start(0, begin(model, task, planes, { seed: 1 }));
      let isVisited = false;
      const visit = async (): Promise<void> => {
        isVisited = true;
        several.start(1, begin(model, task, planes, { seed: 2 }));
        several.write(1, begin(model, task, planes, { seed: 3 }).snapshot);
        await several.metrics(1, some, unhurried);
        await several.gradients(1, some);
      };
      const [, resting] = await several.train([20, 0], { due: () => !isVisited, breathe: visit });
      expect(resting).toEqual([]);
      await several.train([20, 20], unhurried);
      for (const [network, seed] of [1, 2].entries()) {
        const alone = await make(optimizers.adam);
        const start = begin(model, task, planes, { seed });
        alone.start(0, start);
        if (network === 1) alone.write(0, begin(model, task, planes, { seed: 3 }).snapshot);
        await alone.train([20], unhurried);
        expect(bits((await several.read(network)).parameters)).toEqual(bits((await alone.read(0)).parameters));
        alone.dispose();
      }
      several.dispose();
    });

    it('copies what it is given, and gives copies', async () => {
      const trainer = await make(optimizers.momentum);
      const start = begin(model, task, {});
      trainer.start(0, start);
      const first = await trainer.read(0);
      expect(bits(first.parameters)).toEqual(bits(start.snapshot.parameters));
      start.snapshot.parameters['output/bias'].fill(7);
      first.parameters['output/bias'].fill(8);
      const second = await trainer.read(0);
      expect(Array.from(second.parameters['output/bias'])).toEqual([0, 0, 0]);
      await trainer.train([4], unhurried);
      expect(Array.from(second.parameters['output/bias'])).toEqual([0, 0, 0]);
      trainer.dispose();
    });

    it('goes on from weights and optimiser state that were read', async () => {
      const trainer = await make(optimizers.momentum, 2);
      trainer.start(0, begin(model, task, planes));
      await trainer.train([6, 0], unhurried).catch(() => undefined);
      trainer.start(1, begin(model, task, planes, { position: 6 }));
      await trainer.train([6, 6], unhurried);
      trainer.write(1, await trainer.read(0));
      trainer.writeOptimizer(1, await trainer.readOptimizer(0));
      await trainer.train([12, 12], unhurried);
      expect(bits((await trainer.read(1)).parameters)).toEqual(bits((await trainer.read(0)).parameters));
      // Absent weights stay so whatever is written.
      trainer.write(0, begin(model, task, {}, { seed: 4 }).snapshot);
      const ones = Object.fromEntries(Object.entries(await trainer.readOptimizer(0)).map(([key, values]) => [key, values.map(() => 1)]));
      trainer.writeOptimizer(0, ones);
      await expectMasked(trainer, planes);
      trainer.dispose();
    });

    it('keeps what it holds in memory and frees it all', async () => {
      const none = inUse();
      const trainer = await make(optimizers.adam, 2);
      const level = (): void => [0, 1].forEach((network) => trainer.start(network, begin(model, task, planes, { seed: network })));
      level();
      const started = inUse();
      for (let repeat = 0; repeat < 3; repeat++) {
        level();
        await trainer.train([7, 3], unhurried);
        await trainer.metrics(0, some, unhurried);
        await trainer.gradients(1, some);
        await trainer.hessianVectorProduct(1, some, (await trainer.read(1)).parameters);
        trainer.writeOptimizer(0, await trainer.readOptimizer(0));
        trainer.write(0, await trainer.read(1));
        trainer.setPlanes(0, mixedPlanes(model, repeat));
        trainer.setPlanes(0, planes);
        expect(inUse()).toBe(started);
      }
      trainer.dispose();
      expect(inUse()).toBe(none);
    });

    it('breathes when it is due, and stops between two steps when cancelled', async () => {
      const trainer = await make(optimizers.sgd);
      trainer.start(0, begin(model, task, {}));
      const before = inUse();
      let breaths = 0;
      const cancelling = {
        due: () => true,
        breathe: () => (++breaths > 4 ? Promise.reject(new Cancelled()) : Promise.resolve()),
      };
      await expect(trainer.train([100], cancelling)).rejects.toBeInstanceOf(Cancelled);
      expect(breaths).toBe(5);
      expect(inUse()).toBe(before);
      await expect(trainer.metrics(0, some, cancelling)).rejects.toBeInstanceOf(Cancelled);
      const four = await make(optimizers.sgd);
      four.start(0, begin(model, task, {}));
      await four.train([4], unhurried);
      expect(bits((await trainer.read(0)).parameters)).toEqual(bits((await four.read(0)).parameters));
      four.dispose();
      trainer.dispose();
    });

    it('waits for examples that have not arrived, and asks but once', async () => {
      const asked: number[][] = [];
      const arriving = {
        ...task,
        ready(examples: Uint32Array) {
          asked.push(Array.from(examples));
          return examples.includes(task.count - 1) ? Promise.reject(new Error('shard 7 is missing')) : Promise.resolve();
        },
      };
      const trainer = await engine.createTrainer({
        model,
        task: arriving,
        optimizer: optimizers.sgd,
        weightDecay: 0,
        batchSize: 8,
        networks: 1,
      });
      const batches = [
        [0, 1],
        [2, 1],
        [1, 0],
        [task.count - 1, 1],
      ].map((examples) => Uint32Array.from(examples));
      trainer.start(0, begin(model, task, {}, { batches: { batchSize: 2, at: (position) => batches[position] } }));
      await trainer.train([3], unhurried);
      expect(asked).toEqual([
        [0, 1],
        [2, 1],
      ]);
      await expect(trainer.train([4], unhurried)).rejects.toThrow('shard 7 is missing');
      trainer.dispose();
    });
  });
}
