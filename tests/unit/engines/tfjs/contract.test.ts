import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsEngine } from '../../../../src/engines/tfjs/engine.ts';
import { LabError } from '../../../../src/science/errors.ts';
import { getBit, trainablePlanes, denseMask, type Planes } from '../../../../src/science/mask.ts';
import { Cancelled, type Engine, type Trainer } from '../../../../src/science/trainer.ts';
import type { Optimizer } from '../../../../src/science/recipe/schema.ts';
import type { Tensors } from '../../../../src/science/tensors.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { begin, mixedPlanes, optimizers, tinyModel, unhurried } from './setup.ts';

const task = tinyTask();
const model = tinyModel(task);
const planes = mixedPlanes(model);
const some = Uint32Array.of(1, 2, 3, 5, 8, 13);

/** Bits, so that −0 and 0 differ and NaN equals itself. */
const bits = (tensors: Tensors): Record<string, Uint32Array> =>
  Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, new Uint32Array(values.slice().buffer)]));

describe.each(['cpu', 'wasm'] as const)('tfjs on %s', (backend) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTfjsEngine(backend);
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

  it.each(Object.values(optimizers))('$type: absent weights and their moments are exactly zero after every step', async (optimizer) => {
    const trainer = await make(optimizer);
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
    const [loss] = await trainer.train([10], unhurried);
    expect(loss).toBeNaN();
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
    expect(losses[2]).toBeNaN();
    expect(losses[4]).toBeNaN();
    expect(losses.filter(Number.isNaN)).toHaveLength(2);
    for (const [network, start] of starts.entries()) {
      const alone = await make(optimizers.adam);
      alone.start(0, start);
      const [loss] = await alone.train([[15, 10, 12][network]], unhurried);
      expect(bits((await several.read(network)).parameters)).toEqual(bits((await alone.read(0)).parameters));
      if (network === 0) expect(loss).toBeCloseTo((losses[0] * 9 + losses[3] * 5) / 14, 5);
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

  it('keeps the number of tensors and frees them all', async () => {
    const none = tf.memory().numTensors;
    const trainer = await make(optimizers.adam, 2);
    const level = (): void => [0, 1].forEach((network) => trainer.start(network, begin(model, task, planes, { seed: network })));
    level();
    const started = tf.memory().numTensors;
    for (let repeat = 0; repeat < 3; repeat++) {
      level();
      await trainer.train([7, 3], unhurried);
      await trainer.metrics(0, some, unhurried);
      await trainer.gradients(1, some);
      await trainer.hessianVectorProduct(1, some, (await trainer.read(1)).parameters);
      trainer.writeOptimizer(0, await trainer.readOptimizer(0));
      trainer.write(0, await trainer.read(1));
      trainer.setPlanes(0, mixedPlanes(model, repeat));
      expect(tf.memory().numTensors).toBe(started);
    }
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(none);
  });

  it('breathes when it is due, and stops between two steps when cancelled', async () => {
    const trainer = await make(optimizers.sgd);
    trainer.start(0, begin(model, task, {}));
    const tensors = tf.memory().numTensors;
    let breaths = 0;
    const cancelling = {
      due: () => true,
      breathe: () => (++breaths > 4 ? Promise.reject(new Cancelled()) : Promise.resolve()),
    };
    await expect(trainer.train([100], cancelling)).rejects.toBeInstanceOf(Cancelled);
    expect(breaths).toBe(5);
    expect(tf.memory().numTensors).toBe(tensors);
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

it('works on two backends by turns, and opens again after it was closed', async () => {
  const losses: number[][] = [];
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
  expect(losses[0][0]).toBeCloseTo(losses[0][1], 5);
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
  expect((await trainer.train([1], unhurried))[0]).toBeGreaterThan(0);
  engine.dispose();
});
