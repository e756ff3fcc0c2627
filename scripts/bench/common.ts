/** What every race shares, in Node and in a browser. */
import { buildModel } from '../../src/models/build.ts';
import { prunableParameters, type Model } from '../../src/models/model.ts';
import { stream } from '../../src/numerics/streams.ts';
import { denseMask, type Mask } from '../../src/science/mask.ts';
import { randomScores } from '../../src/science/prune/criteria.ts';
import { keepTop } from '../../src/science/prune/top.ts';
import type { Optimizer } from '../../src/science/recipe/schema.ts';
import type { Snapshot } from '../../src/science/tensors.ts';
import type { Batches, Task } from '../../src/tasks/task.ts';
import { Builder } from '../../tests/support/tiny-nets.ts';

export const BATCH = 64;
export const SEED = 1;

export const adam = { type: 'adam', learningRate: 0.0012, beta1: 0.9, beta2: 0.999 } as const satisfies Optimizer;

/** What is trained. */
export const nets = {
  'lenet-300-100': ({ input, classes }: Task): Model =>
    buildModel({ family: 'mlp', hidden: [300, 100], activation: 'relu' }, input, classes),
  /** So small that it leaves a device with nothing to do. */
  'mlp-32-16': ({ input, classes }: Task): Model => buildModel({ family: 'mlp', hidden: [32, 16], activation: 'relu' }, input, classes),
  /** Two 3×3 convolutions, each with a 2×2 max pool behind it. */
  'conv-8-16': ({ input, classes }: Task): Model =>
    new Builder(input)
      .conv(8, 3, 1, 1)
      .activate('relu')
      .pool('max-pool', 2, 2)
      .conv(16, 3, 1, 1)
      .activate('relu')
      .pool('max-pool', 2, 2)
      .dense(classes)
      .model('two-convolutions'),
  /** The smallest convolutional network of Frankle & Carbin 2019: 64 channels twice, 2×2 max pool, dense 256-256. */
  'conv-2': ({ input, classes }: Task): Model =>
    new Builder(input)
      .conv(64, 3, 1, 1)
      .activate('relu')
      .conv(64, 3, 1, 1)
      .activate('relu')
      .pool('max-pool', 2, 2)
      .dense(256)
      .activate('relu')
      .dense(256)
      .activate('relu')
      .dense(classes)
      .model('conv-2'),
} as const;

export interface Setting {
  readonly name: string;
  readonly task: Task;
  readonly model: Model;
  readonly start: Snapshot;
  readonly batches: Batches;
}

/** Each prunable parameter keeps this share of its weights, drawn at random; masks of lower density lie in those of higher. */
export function randomMask(model: Model, density: number): Mask {
  const scores = randomScores(model, SEED, 'bench');
  const full = denseMask(model);
  return Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => [
      name,
      keepTop([{ scores: scores[name], present: full[name] }], Math.round(size * density), stream(SEED, `bench/${name}`))[0],
    ]),
  );
}
