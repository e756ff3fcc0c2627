/** What the contract asks beyond right numbers, shown in a browser's worker: repetition, masks, memory, politeness, loss of the device. */
import { hessianVectorProduct } from '../../../src/engines/double/hessian.ts';
import { createWebgpuEngine, type WebgpuEngine } from '../../../src/engines/webgpu/engine.ts';
import { Pace } from '../../../src/engines/pace.ts';
import { buildModel } from '../../../src/models/build.ts';
import { LabError } from '../../../src/science/errors.ts';
import { initialise } from '../../../src/science/init.ts';
import { getBit, type Planes } from '../../../src/science/mask.ts';
import type { Optimizer } from '../../../src/science/recipe/schema.ts';
import type { Tensors } from '../../../src/science/tensors.ts';
import { Cancelled, type NetworkStart, type Trainer } from '../../../src/science/trainer.ts';
import { tinyResidual } from '../../support/tiny-nets.ts';
import { tinyBatches, tinyTask } from '../../support/tiny-task.ts';
import { optimizers, planesOf, unhurried, type Case } from './graphics.ts';

const task = tinyTask({ input: { height: 6, width: 7, channels: 1 }, classes: 4, count: 300 });
const model = buildModel({ family: 'mlp', hidden: [24, 16], activation: 'relu' }, task.input, task.classes);
const BATCH = 8;

const make = (engine: WebgpuEngine, networks: number, optimizer: Optimizer = optimizers.adam): Promise<Trainer> =>
  engine.createTrainer({ model, task, optimizer, weightDecay: 0.01, batchSize: BATCH, networks });

const startOf = (seed: number, masks: Case['masks'], more: Partial<NetworkStart> = {}): NetworkStart => ({
  snapshot: initialise(model, 'glorot-normal', seed),
  planes: planesOf(model, masks, seed),
  batches: tinyBatches(task, BATCH, seed),
  position: 0,
  rateAt: (position) => 0.02 / (1 + position),
  ...more,
});

/** All bits of named tensors. */
const bitsOf = (tensors: Tensors): string =>
  Object.entries(tensors)
    .map(([name, values]) => `${name}:${Array.from(new Uint32Array(values.slice().buffer)).join(',')}`)
    .join(';');

/** How many absent weights, and moments of weights that are not trained, are not exactly zero. */
async function strays(trainer: Trainer, network: number, planes: Planes): Promise<number> {
  const { parameters } = await trainer.read(network);
  const moments = await trainer.readOptimizer(network);
  let count = 0;
  for (const [name, { present, trainable }] of Object.entries(planes)) {
    for (let index = 0; index < present.size; index++) {
      if (!getBit(present, index) && parameters[name][index] !== 0) count++;
      if (getBit(trainable, index)) continue;
      for (const [key, values] of Object.entries(moments)) if (key.startsWith(`${name}/`) && values[index] !== 0) count++;
    }
  }
  return count;
}

const probes = {
  /** The same run twice: whether all bits are the same. */
  async repeats(engine: WebgpuEngine) {
    const runs: string[] = [];
    for (let repeat = 0; repeat < 2; repeat++) {
      const trainer = await make(engine, 2);
      trainer.start(0, startOf(1, 100));
      trainer.start(1, startOf(2, 21));
      const losses = await trainer.train([40, 40], unhurried);
      runs.push(JSON.stringify(losses) + bitsOf((await trainer.read(0)).parameters) + bitsOf((await trainer.read(1)).parameters));
      trainer.dispose();
    }
    return { isSame: runs[0] === runs[1], length: runs[0].length };
  },

  /** Networks side by side, dense and sparse and frozen, with different starts and ends, as if each were alone. */
  async alone(engine: WebgpuEngine) {
    const kinds = [100, 21, 'frozen', 60] as const;
    const starts = kinds.map((masks, index) => startOf(index + 1, masks, { position: index }));
    const several = await make(engine, kinds.length);
    starts.forEach((start, network) => several.start(network, start));
    const losses = [...(await several.train([10, 10, 2, 5], unhurried)), ...(await several.train([15, 10, 12, 30], unhurried))];
    let same = 0;
    for (const [network, start] of starts.entries()) {
      const one = await make(engine, 1);
      one.start(0, start);
      await one.train([[15, 10, 12, 30][network]], unhurried);
      if (bitsOf((await one.read(0)).parameters) === bitsOf((await several.read(network)).parameters)) same++;
      one.dispose();
    }
    several.dispose();
    return { same, of: kinds.length, resting: losses.map(({ length }) => length === 0) };
  },

  /** The same of networks with images, whose statistics run along; and their curvature, which no device works out. */
  async images(engine: WebgpuEngine) {
    const residual = tinyResidual(task.input, task.classes);
    const plan = { model: residual, task, optimizer: optimizers.momentum, weightDecay: 0.01, batchSize: BATCH };
    const kinds = [100, 21, 60] as const;
    const starts = kinds.map((masks, seed) =>
      startOf(seed, masks, { snapshot: initialise(residual, 'glorot-normal', seed), planes: planesOf(residual, masks, seed) }),
    );
    const several = await engine.createTrainer({ ...plan, networks: kinds.length });
    starts.forEach((start, network) => several.start(network, start));
    await several.train([9, 4, 12], unhurried);
    let same = 0;
    for (const [network, start] of starts.entries()) {
      const one = await engine.createTrainer({ ...plan, networks: 1 });
      one.start(0, start);
      await one.train([[9, 4, 12][network]], unhurried);
      const [alone, together] = [await one.read(0), await several.read(network)];
      if (bitsOf(alone.parameters) === bitsOf(together.parameters) && bitsOf(alone.buffers) === bitsOf(together.buffers)) same++;
      one.dispose();
    }
    const examples = Uint32Array.from({ length: 12 }, (_, index) => index);
    const { parameters } = await several.read(0);
    const products = await several.hessianVectorProduct(0, examples, parameters);
    const expected = hessianVectorProduct(residual, task, parameters, examples, parameters);
    several.dispose();
    return { same, of: kinds.length, curvature: bitsOf(products) === bitsOf(expected) };
  },

  /** Absent weights after every step, after divergence, after planes changed, after anything was written. */
  async masks(engine: WebgpuEngine) {
    const counts: number[] = [];
    for (const optimizer of Object.values(optimizers)) {
      for (const masks of [60, 21, 'rows', 'frozen'] as const) {
        const trainer = await make(engine, 1, optimizer);
        const start = startOf(1, masks);
        trainer.start(0, start);
        for (let position = 1; position <= 5; position++) {
          await trainer.train([position], unhurried);
          counts.push(await strays(trainer, 0, start.planes));
        }
        const other = planesOf(model, 30, 7);
        trainer.setPlanes(0, other);
        counts.push(await strays(trainer, 0, other));
        await trainer.train([8], unhurried);
        counts.push(await strays(trainer, 0, other));
        trainer.write(0, initialise(model, 'glorot-normal', 3));
        const state = await trainer.readOptimizer(0);
        trainer.writeOptimizer(0, Object.fromEntries(Object.entries(state).map(([key, values]) => [key, values.map(() => 1)])));
        counts.push(await strays(trainer, 0, other));
        trainer.dispose();
      }
    }
    const diverging = await make(engine, 1, optimizers.momentum);
    const start = startOf(1, 60, { rateAt: () => 1e30 });
    diverging.start(0, start);
    const [losses] = await diverging.train([10], unhurried);
    counts.push(await strays(diverging, 0, start.planes));
    diverging.dispose();
    return { strays: counts.reduce((sum, count) => sum + count, 0), checks: counts.length, divergedLoss: losses[9] };
  },

  /** Goes on, bit for bit, from weights and optimiser state that were read. */
  async resumes(engine: WebgpuEngine) {
    const trainer = await make(engine, 2, optimizers.momentum);
    trainer.start(0, startOf(1, 21));
    trainer.start(1, startOf(1, 21, { position: 6 }));
    await trainer.train([6, 6], unhurried);
    trainer.write(1, await trainer.read(0));
    trainer.writeOptimizer(1, await trainer.readOptimizer(0));
    await trainer.train([12, 12], unhurried);
    const isSame = bitsOf((await trainer.read(0)).parameters) === bitsOf((await trainer.read(1)).parameters);
    trainer.dispose();
    return { isSame };
  },

  /** A hundred levels: what is held at the 2nd and at the 100th, and in the end. */
  async memory(engine: WebgpuEngine) {
    const before = engine.inUse;
    const trainer = await make(engine, 2);
    const held: (typeof engine.inUse)[] = [];
    const examples = Uint32Array.from({ length: 50 }, (_, index) => index);
    for (let level = 1; level <= 100; level++) {
      for (const network of [0, 1]) trainer.start(network, startOf(level, Math.max(2, 100 - level)));
      await trainer.train([3, 2], unhurried);
      await trainer.metrics(0, examples, unhurried);
      await trainer.gradients(1, examples);
      trainer.write(0, await trainer.read(1));
      trainer.writeOptimizer(0, await trainer.readOptimizer(1));
      if (level === 2 || level === 100) held.push(engine.inUse);
    }
    trainer.dispose();
    return { before, second: held[0], hundredth: held[1], after: engine.inUse };
  },

  /** Breathes between two steps when it is due, and has done what it counted when it is cancelled there. */
  async breathes(engine: WebgpuEngine) {
    let breaths = 0;
    const cancelling = { due: () => true, breathe: () => (++breaths > 4 ? Promise.reject(new Cancelled()) : Promise.resolve()) };
    const trainer = await make(engine, 1);
    trainer.start(0, startOf(1, 100));
    const error = await trainer.train([100], cancelling).catch((cause: unknown) => cause);
    const four = await make(engine, 1);
    four.start(0, startOf(1, 100));
    await four.train([4], unhurried);
    const isSame = bitsOf((await trainer.read(0)).parameters) === bitsOf((await four.read(0)).parameters);
    trainer.dispose();
    four.dispose();
    return { breaths, isCancelled: error instanceof Cancelled, isSame };
  },

  /** Examples that have not arrived are waited for, once each. */
  async arrivals(engine: WebgpuEngine) {
    const asked: number[][] = [];
    const arriving = {
      ...task,
      ready(examples: Uint32Array) {
        asked.push(Array.from(examples));
        return examples.includes(task.count - 1) ? Promise.reject(new Error('shard 7 is missing')) : Promise.resolve();
      },
    };
    const plan = { model, task: arriving, optimizer: optimizers.sgd, weightDecay: 0, batchSize: BATCH, networks: 1 };
    const trainer = await engine.createTrainer(plan);
    const batches = [
      [0, 1],
      [2, 1],
      [1, 0],
      [task.count - 1, 1],
    ].map((examples) => Uint32Array.from(examples));
    trainer.start(0, startOf(1, 100, { batches: { batchSize: 2, at: (position) => batches[position] } }));
    await trainer.train([3], unhurried);
    const error = await trainer.train([4], unhurried).catch((cause: unknown) => String(cause));
    trainer.dispose();
    return { asked: asked.slice(0, 2), error };
  },

  /** Networks that no buffer holds: what is said, what is left, and whether others can be trained after that. */
  async fills(engine: WebgpuEngine) {
    const huge = buildModel({ family: 'mlp', hidden: [8192, 8192], activation: 'relu' }, task.input, task.classes);
    const plan = { model: huge, task, optimizer: optimizers.adam, weightDecay: 0, batchSize: BATCH, networks: 64 };
    const error = await engine.createTrainer(plan).catch((cause: unknown) => cause);
    const left = engine.inUse;
    const trainer = await make(engine, 1);
    trainer.start(0, startOf(1, 100));
    const [[, , loss]] = await trainer.train([3], unhurried);
    trainer.dispose();
    return { error: error instanceof LabError ? `${error.subject}: ${error.message}` : String(error), left, loss };
  },

  /** The device goes in the middle of a run: what is said, and whether the level can be trained again, to the same end. */
  async loses(engine: WebgpuEngine) {
    const undisturbed = await make(engine, 1);
    undisturbed.start(0, startOf(1, 60));
    await undisturbed.train([30], unhurried);
    const expected = bitsOf((await undisturbed.read(0)).parameters);
    const trainer = await make(engine, 1);
    trainer.start(0, startOf(1, 60));
    const training = trainer.train([1_000_000], new Pace()).catch((cause: unknown) => cause);
    setTimeout(() => engine.device.destroy(), 300);
    const error = await training;
    const later = await trainer.read(0).catch((cause: unknown) => cause);
    const again = await make(engine, 1);
    again.start(0, startOf(1, 60));
    await again.train([30], unhurried);
    const isSame = bitsOf((await again.read(0)).parameters) === expected;
    again.dispose();
    const said = (thrown: unknown): string => (thrown instanceof LabError ? `${thrown.subject}: ${thrown.message}` : String(thrown));
    return { error: said(error), later: said(later), isSame, left: engine.inUse };
  },
};

export type Probe = keyof typeof probes;
export type Found = { readonly [P in Probe]: Awaited<ReturnType<(typeof probes)[P]>> };

export async function probe<P extends Probe>(which: P): Promise<Found[P]> {
  const engine = await createWebgpuEngine();
  try {
    return (await probes[which](engine)) as Found[P];
  } finally {
    engine.dispose();
  }
}
