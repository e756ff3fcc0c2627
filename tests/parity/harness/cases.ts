/** Short trainings that every backend must do alike, in Node and in a browser's worker. */
import { backend as runningBackend, memory } from '@tensorflow/tfjs-core';
import { Pace } from '../../../src/engines/pace.ts';
import type { TfjsBackend } from '../../../src/engines/probe.ts';
import { createTfjsEngine } from '../../../src/engines/tfjs/engine.ts';
import { buildModel } from '../../../src/models/build.ts';
import { prunableParameters, type Model } from '../../../src/models/model.ts';
import { stream } from '../../../src/numerics/streams.ts';
import { LabError } from '../../../src/science/errors.ts';
import { initialise } from '../../../src/science/init.ts';
import { bitsWhere, type Planes } from '../../../src/science/mask.ts';
import type { Optimizer } from '../../../src/science/recipe/schema.ts';
import type { NetworkStart, TrainerPlan } from '../../../src/science/trainer.ts';
import { tinyConvolutional, tinyResidual } from '../../support/tiny-nets.ts';
import { tinyBatches, tinyTask } from '../../support/tiny-task.ts';

const input = { height: 8, width: 8, channels: 1 };
const CLASSES = 10;
const perceptron = (activation: 'relu' | 'tanh'): Model => buildModel({ family: 'mlp', hidden: [32, 16], activation }, input, CLASSES);

interface Case {
  readonly model: Model;
  readonly optimizer: Optimizer;
}

export const cases = {
  adam: { model: perceptron('relu'), optimizer: { type: 'adam', learningRate: 0.002, beta1: 0.9, beta2: 0.999 } },
  momentum: { model: perceptron('relu'), optimizer: { type: 'momentum', learningRate: 0.02, momentum: 0.9 } },
  sgd: { model: perceptron('tanh'), optimizer: { type: 'sgd', learningRate: 0.1 } },
  convolutional: { model: tinyConvolutional(input, CLASSES), optimizer: { type: 'momentum', learningRate: 0.02, momentum: 0.9 } },
  residual: { model: tinyResidual(input, CLASSES), optimizer: { type: 'sgd', learningRate: 0.05 } },
} as const satisfies Record<string, Case>;

export type CaseName = keyof typeof cases;

export interface Trained {
  /** Batch loss of each step. */
  readonly losses: readonly number[];
  readonly accuracy: number;
  /** Sum of |gradient| and of |Hessian · weights| over all parameters at the end, of the first examples. */
  readonly slope: number;
  readonly curvature: number;
  /** How many absent weights or moments were not exactly zero in the end. */
  readonly strays: number;
  /** Tensors that the steps left behind. */
  readonly leaked: number;
}

/** Of networks of images fewer: software graphics is slow at them. */
const stepsOf = (name: CaseName): number => (name in { convolutional: 0, residual: 0 } ? 20 : 50);

/** A network with half its weights absent, before its first step. */
async function begin(backend: TfjsBackend, name: CaseName, wasmPaths?: Readonly<Record<string, string>>) {
  const task = tinyTask({ input, classes: CLASSES, count: 400 });
  const { model, optimizer } = cases[name];
  const planes: Planes = Object.fromEntries(
    prunableParameters(model).map((parameter) => {
      const source = stream(1, `parity/${parameter.name}`);
      const kept = bitsWhere(parameter.size, () => source.below(2) === 1);
      return [parameter.name, { present: kept, trainable: kept }];
    }),
  );
  const engine = await createTfjsEngine(backend, { wasmPaths });
  const plan: TrainerPlan = { model, task, optimizer, weightDecay: 1e-4, batchSize: 32, networks: 1 };
  const trainer = await engine.createTrainer(plan);
  const start: NetworkStart = {
    snapshot: initialise(model, 'glorot-normal', 1),
    planes,
    batches: tinyBatches(task, 32),
    position: 0,
    rateAt: () => optimizer.learningRate,
  };
  trainer.start(0, start);
  return { engine, trainer, plan, start };
}

/** Trains a case and looks at where it came. */
export async function train(backend: TfjsBackend, name: CaseName, wasmPaths?: Readonly<Record<string, string>>): Promise<Trained> {
  const { engine, trainer, plan, start } = await begin(backend, name, wasmPaths);
  const control = new Pace();
  const losses: number[] = [];
  const tensors = memory().numTensors;
  for (let position = 0; position < stepsOf(name); position++) losses.push((await trainer.train([position + 1], control))[0][0]);
  const examples = Uint32Array.from({ length: plan.task.count }, (_, index) => index);
  const few = examples.subarray(0, 32);
  const { parameters } = await trainer.read(0);
  const moments = await trainer.readOptimizer(0);
  const total = (tensors: Readonly<Record<string, Float32Array>>): number =>
    Object.values(tensors).reduce((sum, values) => values.reduce((partial, value) => partial + Math.abs(value), sum), 0);
  let strays = 0;
  for (const [parameter, { present }] of Object.entries(start.planes)) {
    const absent = Object.entries({ ...parameters, ...moments }).filter(([key]) => key === parameter || key.startsWith(`${parameter}/`));
    for (const [, values] of absent)
      strays += values.filter((value, index) => value !== 0 && ((present.bytes[index >> 3] >> (index & 7)) & 1) === 0).length;
  }
  const result: Trained = {
    losses,
    accuracy: (await trainer.metrics(0, examples, control)).accuracy,
    slope: total(await trainer.gradients(0, few)),
    curvature: total(await trainer.hessianVectorProduct(0, few, parameters)),
    strays,
    leaked: memory().numTensors - tensors,
  };
  engine.dispose();
  return result;
}

/** What training says once its GPU is gone, and whether the engine can train again after that. */
export async function trainAfterLoss(backend: 'webgpu' | 'webgl'): Promise<{ readonly error: string; readonly again: number }> {
  const { engine, trainer, plan, start } = await begin(backend, 'sgd');
  const control = new Pace();
  const training = trainer.train([1_000_000], control);
  const outcome = training.then(
    () => 'trained on',
    (error: unknown) => (error instanceof LabError ? `${error.subject}: ${error.message}` : `not a LabError: ${String(error)}`),
  );
  setTimeout(() => {
    const running = runningBackend() as unknown as { readonly device: GPUDevice; readonly gpgpu: { readonly gl: WebGL2RenderingContext } };
    if (backend === 'webgpu') running.device.destroy();
    else running.gpgpu.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }, 500);
  const error = await outcome;
  const another = await engine.createTrainer(plan);
  another.start(0, start);
  const [losses] = await another.train([20], control);
  engine.dispose();
  return { error, again: losses[losses.length - 1] };
}
