/** Networks on data made here, on any engine: what a device is tested and timed with, without a file to fetch. */
import { prunableParameters, type Model } from '../models/model.ts';
import { normal } from '../numerics/sampling.ts';
import { stream } from '../numerics/streams.ts';
import { initialise } from '../science/init.ts';
import { bitsWhere, trainablePlanes, type Planes } from '../science/mask.ts';
import type { Optimizer } from '../science/recipe/schema.ts';
import type { Control, Engine, Trainer } from '../science/trainer.ts';
import { batchesOf } from '../tasks/batches.ts';
import type { Task } from '../tasks/task.ts';

const BATCH = 64;

/** Never pauses, never breathes. */
export const unhurried: Control = { due: () => false, breathe: () => Promise.resolve() };

const adam: Optimizer = { type: 'adam', learningRate: 0.0012, beta1: 0.9, beta2: 0.999 };

export const trialOptimizers: readonly Optimizer[] = [
  { type: 'sgd', learningRate: 0.02 },
  { type: 'momentum', learningRate: 0.005, momentum: 0.9 },
  adam,
];
/**
 * Steps a second of all networks together, with Adam, each keeping a share of its weights. Twice as many steps are taken
 * until they fill `milliseconds`.
 */
export async function stepsPerSecond(engine: Engine, model: Model, networks: number, kept: number, milliseconds: number): Promise<number> {
  const trainer = await beginTrial(engine, model, adam, networks, kept);
  try {
    let position = 2;
    const upTo = (end: number) =>
      trainer.train(
        Array.from({ length: networks }, () => end),
        unhurried,
      );
    await upTo(position);
    for (let steps = 2; ; steps *= 2) {
      const began = performance.now();
      await upTo((position += steps));
      const took = performance.now() - began;
      if (took >= milliseconds) return (1000 * steps * networks) / took;
    }
  } finally {
    trainer.dispose();
  }
}

/** A trainer whose networks are ready for their first step. */
export async function beginTrial(engine: Engine, model: Model, optimizer: Optimizer, networks: number, kept: number): Promise<Trainer> {
  const trainer = await engine.createTrainer({ model, task: trialTask, optimizer, weightDecay: 1e-4, batchSize: BATCH, networks });
  for (let network = 0; network < networks; network++) {
    trainer.start(network, {
      snapshot: initialise(model, 'glorot-normal', network + 1),
      planes: planesOf(model, kept),
      batches: batchesOf(examples, BATCH, network + 1),
      position: 0,
      rateAt: () => optimizer.learningRate,
    });
  }
  return trainer;
}

function planesOf(model: Model, kept: number): Planes {
  if (kept === 1) return {};
  const mask = prunableParameters(model).map(({ name, size }) => {
    const source = stream(1, `self-test/${name}`);
    return [name, bitsWhere(size, () => source.below(1000) < 1000 * kept)] as const;
  });
  return trainablePlanes(Object.fromEntries(mask));
}

const COUNT = 640;
const examples = Uint32Array.from({ length: COUNT }, (_, example) => example);

/** Noisy copies of one picture a class. */
export const trialTask: Task = ((): Task => {
  const input = { height: 28, width: 28, channels: 1 };
  const size = input.height * input.width;
  const classes = 10;
  const source = stream(1, 'self-test');
  const pictures = Array.from({ length: classes * size }, () => normal(source));
  const labels = Uint8Array.from({ length: COUNT }, () => source.below(classes));
  const values = new Uint8Array(COUNT * size);
  for (let at = 0; at < values.length; at++) {
    const value = 128 + 32 * (pictures[labels[Math.floor(at / size)] * size + (at % size)] + normal(source));
    values[at] = Math.max(0, Math.min(255, Math.round(value)));
  }
  const table = Float32Array.from({ length: 256 }, (_, byte) => (byte - 128) / 45);
  return {
    dataset: 'self-test',
    input,
    classes,
    count: COUNT,
    inputs: { kind: 'bytes', values, table },
    labels,
    ready: () => Promise.resolve(),
  };
})();
