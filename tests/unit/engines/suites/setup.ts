/** A small network with something of everything: absent, frozen and trained weights. */
import { buildModel, type ModelOptions } from '../../../../src/models/build.ts';
import type { Model } from '../../../../src/models/model.ts';
import { prunableParameters } from '../../../../src/models/model.ts';
import { initialise } from '../../../../src/science/init.ts';
import { bitsWhere, type Planes } from '../../../../src/science/mask.ts';
import type { Optimizer } from '../../../../src/science/recipe/schema.ts';
import type { Control, Engine, NetworkStart } from '../../../../src/science/trainer.ts';
import type { Tensors } from '../../../../src/science/tensors.ts';
import type { Task } from '../../../../src/tasks/task.ts';
import { stream } from '../../../../src/numerics/streams.ts';
import { tinyBatches } from '../../../support/tiny-task.ts';

/** An engine under test. */
export interface Bench {
  readonly engine: Engine;
  /** What it holds in memory, in whichever unit it counts: the same again once whatever was made is gone. */
  readonly inUse: () => number;
}

/** Bits, so that −0 and 0 differ and NaN equals itself. */
export const bits = (tensors: Tensors): Record<string, Uint32Array> =>
  Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, new Uint32Array(values.slice().buffer)]));

export const optimizers: Readonly<Record<Optimizer['type'], Optimizer>> = {
  sgd: { type: 'sgd', learningRate: 0.1 },
  momentum: { type: 'momentum', learningRate: 0.05, momentum: 0.9 },
  adam: { type: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999 },
};

/** Never due: everything in one go. */
export const unhurried: Control = { due: () => false, breathe: () => Promise.resolve() };

export const tinyModel = (task: Task, options: Partial<ModelOptions> = {}): Model =>
  buildModel({ family: 'mlp', hidden: [7, 5], activation: 'relu', ...options }, task.input, task.classes);

/** Of each layer about 40 % absent, 20 % frozen, 40 % trained. */
export function mixedPlanes(model: Model, seed = 1): Planes {
  return Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => {
      const source = stream(seed, `mixed/${name}`);
      const kinds = Array.from({ length: size }, () => source.below(5));
      const present = bitsWhere(size, (index) => kinds[index] >= 2);
      return [name, { present, trainable: bitsWhere(size, (index) => kinds[index] >= 3) }];
    }),
  );
}

export const begin = (
  model: Model,
  task: Task,
  planes: Planes,
  options: Partial<NetworkStart> & { readonly seed?: number } = {},
): NetworkStart => ({
  snapshot: initialise(model, 'glorot-normal', options.seed ?? 1),
  planes,
  batches: tinyBatches(task, 8, options.seed ?? 1),
  position: 0,
  rateAt: () => 0.05,
  ...options,
});
