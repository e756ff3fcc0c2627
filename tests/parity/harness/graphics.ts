/** What the webgpu engine is asked to show in a browser's worker, against the sparse engine and against itself. */
import { createSparseEngine } from '../../../src/engines/sparse/engine.ts';
import { createWebgpuEngine, type WebgpuEngine } from '../../../src/engines/webgpu/engine.ts';
import { buildModel } from '../../../src/models/build.ts';
import { prunableParameters, type Model, type Shape } from '../../../src/models/model.ts';
import { stream } from '../../../src/numerics/streams.ts';
import { initialise } from '../../../src/science/init.ts';
import { bitsWhere, type Planes } from '../../../src/science/mask.ts';
import type { Optimizer } from '../../../src/science/recipe/schema.ts';
import type { Snapshot, Tensors } from '../../../src/science/tensors.ts';
import type { Control, Engine, NetworkStart, Trainer } from '../../../src/science/trainer.ts';
import type { Task } from '../../../src/tasks/task.ts';
import { tinyBranching, tinyConvolutional, tinyPooling, tinyResidual } from '../../support/tiny-nets.ts';
import { tinyBatches, tinyTask } from '../../support/tiny-task.ts';

export const unhurried: Control = { due: () => false, breathe: () => Promise.resolve() };

export const optimizers = {
  sgd: { type: 'sgd', learningRate: 0.02 },
  momentum: { type: 'momentum', learningRate: 0.005, momentum: 0.9 },
  adam: { type: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999 },
} as const satisfies Record<string, Optimizer>;

/** Networks with images in them. */
const imageNets = { convolutional: tinyConvolutional, residual: tinyResidual, pooling: tinyPooling, branching: tinyBranching } as const;

/** One comparison: a network, an optimiser, the share kept and what else may go wrong. */
export interface Case {
  /** Left out: a perceptron, as the two below say. */
  readonly net?: keyof typeof imageNets;
  readonly hidden: readonly number[];
  readonly activation: 'relu' | 'tanh';
  readonly optimizer: keyof typeof optimizers;
  /** Kept weights in percent; `rows`: whole units and a whole layer are cut off; `frozen`: some weights stay as they are. */
  readonly masks: number | 'rows' | 'frozen';
  readonly batch: number;
  readonly input: Shape;
  readonly kind: 'bytes' | 'floats';
  /** Steps trained; a hundred where it is left out. */
  readonly steps?: number;
  /** For which device kernels are written: that which there is, a real card, or a processor without subgroups. */
  readonly kernels?: 'card' | 'plain';
}

const traitsOf = { card: { isSoftware: false, quads: 0 }, plain: { isSoftware: true, quads: 0 } } as const;

const CLASSES = 4;
const STEPS = 100;

function taskOf({ input, kind }: Case): Task {
  const tidy = tinyTask({ input, kind, classes: CLASSES, count: 300 });
  // One label in four is wrong, so that losses stay well above the last digit of the logits that they are made of.
  return { ...tidy, labels: tidy.labels.map((label, index) => (index % 4 === 0 ? (label + 1) % CLASSES : label)) };
}

export function planesOf(model: Model, masks: Case['masks'], seed = 1): Planes {
  if (masks === 100) return {};
  return Object.fromEntries(
    prunableParameters(model).map(({ name, size, shape }, index) => {
      const source = stream(seed, `graphics/${name}`);
      const inputs = size / shape[0];
      const present = bitsWhere(size, (at) => {
        if (masks === 'frozen') return source.below(2) === 1;
        if (masks === 'rows') return index !== 1 && Math.floor(at / inputs) % 3 !== 0 && source.below(100) < 30;
        return source.below(100) < masks;
      });
      const bit = (at: number): boolean => ((present.bytes[at >> 3] >> (at & 7)) & 1) === 1;
      return [name, { present, trainable: masks === 'frozen' ? bitsWhere(size, (at) => bit(at) && at % 5 !== 0) : present }];
    }),
  );
}

const modelOf = ({ net, hidden, activation, input }: Case): Model =>
  net === undefined ? buildModel({ family: 'mlp', hidden, activation }, input, CLASSES) : imageNets[net](input, CLASSES);

interface Trained {
  readonly losses: readonly number[];
  readonly final: Snapshot;
  readonly moments: Tensors;
  readonly gradients: Tensors;
  readonly accuracy: number;
  readonly loss: number;
}

async function train(engine: Engine, one: Case): Promise<Trained> {
  const task = taskOf(one);
  const model = modelOf(one);
  const optimizer = optimizers[one.optimizer];
  const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay: 1e-4, batchSize: one.batch, networks: 1 });
  trainer.start(0, {
    snapshot: initialise(model, 'glorot-normal', 1),
    planes: planesOf(model, one.masks),
    batches: tinyBatches(task, one.batch),
    position: 0,
    rateAt: () => optimizer.learningRate,
  });
  const losses: number[] = [];
  // More than are measured at once where statistics are over all of them.
  const first = Uint32Array.from({ length: one.net === 'residual' && one.masks === 50 ? task.count : 77 }, (_, index) => index);
  const gradients = await trainer.gradients(0, first);
  for (let position = 0; position < (one.steps ?? STEPS); position++) losses.push((await trainer.train([position + 1], unhurried))[0][0]);
  const all = Uint32Array.from({ length: task.count }, (_, index) => index);
  const metrics = await trainer.metrics(0, all, unhurried);
  const result = {
    ...{ losses, gradients, final: await trainer.read(0), moments: await trainer.readOptimizer(0) },
    ...{ accuracy: metrics.accuracy, loss: metrics.loss },
  };
  trainer.dispose();
  return result;
}

const farthest = (actual: Tensors, expected: Tensors): number =>
  Math.max(
    0,
    ...Object.entries(expected).map(([name, values]) =>
      values.reduce((most, value, index) => {
        const distance = Math.abs(value - actual[name][index]);
        return Number.isNaN(distance) ? Infinity : Math.max(most, distance);
      }, 0),
    ),
  );

const largest = (tensors: Tensors): number =>
  Math.max(...Object.values(tensors).map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));

/** How far the engines are apart. */
export interface Distances {
  /** Of the loss of a step, relative, at most. */
  readonly loss: number;
  readonly weights: number;
  readonly moments: number;
  /** Running means and variances. */
  readonly statistics: number;
  /** As a share of the largest gradient, or of 0.1 where that is more. */
  readonly gradients: number;
  readonly accuracy: number;
  readonly measuredLoss: number;
  /** Last loss by first. */
  readonly learned: number;
  readonly finiteLosses: number;
}

/** Case after case, by engines that are opened once: a device and its compiled kernels take longer than a small network. */
export async function compare(cases: readonly Case[]): Promise<Distances[]> {
  const sparse = await createSparseEngine();
  const opened = new Map<Case['kernels'], Engine>();
  try {
    const distances: Distances[] = [];
    for (const one of cases) {
      const webgpu =
        opened.get(one.kernels) ?? (await createWebgpuEngine(one.kernels === undefined ? {} : { traits: traitsOf[one.kernels] }));
      opened.set(one.kernels, webgpu);
      distances.push(distancesOf(await train(webgpu, one), await train(sparse, one)));
    }
    return distances;
  } finally {
    for (const engine of [sparse, ...opened.values()]) engine.dispose();
  }
}

function distancesOf(actual: Trained, expected: Trained): Distances {
  return {
    loss: Math.max(...actual.losses.map((value, step) => Math.abs(value / expected.losses[step] - 1))),
    weights: farthest(actual.final.parameters, expected.final.parameters),
    moments: farthest(actual.moments, expected.moments),
    statistics: farthest(actual.final.buffers, expected.final.buffers),
    gradients: farthest(actual.gradients, expected.gradients) / Math.max(0.1, largest(expected.gradients)),
    accuracy: Math.abs(actual.accuracy - expected.accuracy),
    measuredLoss: Math.abs(actual.loss / expected.loss - 1),
    learned: mean(actual.losses.slice(-10)) / mean(actual.losses.slice(0, 10)),
    finiteLosses: actual.losses.filter(Number.isFinite).length,
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export type { WebgpuEngine, NetworkStart, Trainer };
