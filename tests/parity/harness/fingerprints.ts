/** Short trainings on the sparse engine whose every bit is the same wherever they are run. */
import { Pace } from '../../../src/engines/pace.ts';
import { createSparseEngine } from '../../../src/engines/sparse/engine.ts';
import { buildModel } from '../../../src/models/build.ts';
import { prunableParameters, type Model } from '../../../src/models/model.ts';
import { stream } from '../../../src/numerics/streams.ts';
import { fingerprint } from '../../../src/science/fingerprint.ts';
import { initialise } from '../../../src/science/init.ts';
import { bitsWhere, trainablePlanes, type Planes } from '../../../src/science/mask.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';
import { rateAt } from '../../../src/science/schedules.ts';
import type { Source } from '../../../src/tasks/load.ts';
import { conductedAlone } from '../../support/experiments.ts';
import { tinyConvolutional, tinyResidual } from '../../support/tiny-nets.ts';
import type { Task } from '../../../src/tasks/task.ts';
import { tinyBatches, tinyTask } from '../../support/tiny-task.ts';
import { tinyRecipe } from '../../unit/science/recipes.ts';

/** What the runs' fingerprints must be: `npm run fingerprints` writes it anew. */
export interface FingerprintTable {
  readonly arithmeticVersion: number;
  /** By name of the run. */
  readonly runs: Readonly<Record<string, string>>;
}

const STEPS = 60;
/** Not a whole number of blocks, nor of vectors. */
const BATCH = 37;
const CLASSES = 5;
const task = tinyTask({ input: { height: 8, width: 7, channels: 2 }, classes: CLASSES, count: 300 });
/** Of images that are mostly background, which perceptrons pass over. */
const grey = tinyTask({ input: { height: 8, width: 7, channels: 1 }, classes: CLASSES, count: 300, background: 0.7 });

const perceptron = (activation: 'relu' | 'tanh', { input }: Task): Model =>
  buildModel({ family: 'mlp', hidden: [40, 21], activation }, input, CLASSES);

const trainingOf = (training: Readonly<Record<string, unknown>>): Recipe['training'] =>
  tinyRecipe({ training: { steps: STEPS, evaluateEvery: STEPS, ...training } }).training;

const trainings: Readonly<Record<string, Recipe['training']>> = {
  sgd: trainingOf({ optimizer: { type: 'sgd', learningRate: 0.05 } }),
  momentum: trainingOf({ optimizer: { type: 'momentum', learningRate: 0.02, momentum: 0.9 } }),
  'adam-decay-cosine': trainingOf({
    optimizer: { type: 'adam', learningRate: 0.003 },
    weightDecay: 0.001,
    schedule: { type: 'cosine', warmup: 7 },
  }),
};

/** About a third absent; of the rest, one weight in ten frozen. */
const planesOf = (model: Model): Planes =>
  Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => {
      const source = stream(1, `fingerprint/${name}`);
      const draws = Array.from({ length: size }, () => source.below(30));
      return [name, { present: bitsWhere(size, (index) => draws[index] >= 10), trainable: bitsWhere(size, (index) => draws[index] >= 12) }];
    }),
  );

const planesWhere = (isPresent: (index: number) => boolean) => (model: Model) =>
  trainablePlanes(Object.fromEntries(prunableParameters(model).map(({ name, size }) => [name, bitsWhere(size, isPresent)])));

/** One weight in six absent, so that layers store all of them. */
const mostOf = planesWhere((index) => index % 6 !== 5);

/** So few weights that a background is added to their gradients. */
const fewOf = planesWhere((index) => index % 13 === 0);

interface Net {
  readonly task: Task;
  readonly model: Model;
  readonly planesOf: (model: Model) => Planes;
}

const nets: Readonly<Record<string, Net>> = {
  'dense-relu': { task, model: perceptron('relu', task), planesOf },
  'dense-tanh': { task, model: perceptron('tanh', task), planesOf },
  'convolution-pool': { task, model: tinyConvolutional(task.input, CLASSES), planesOf },
  'residual-batch-norm': { task, model: tinyResidual(task.input, CLASSES), planesOf },
  'background-relu': { task: grey, model: perceptron('relu', grey), planesOf },
  'background-most': { task: grey, model: perceptron('relu', grey), planesOf: mostOf },
  'background-few': { task: grey, model: perceptron('relu', grey), planesOf: fewOf },
};

/** All runs: the engine's by itself, and those of experiments, one after another in this thread. `source` reads the data sets. */
export async function fingerprints(source: Source): Promise<FingerprintTable> {
  const { arithmeticVersion, runs } = await engineRuns();
  return { arithmeticVersion, runs: { ...runs, ...(await conductedAlone(source)) } };
}

/** Trainings, and of one network of each kind its gradients and Hessian-vector product at the end. */
async function engineRuns(): Promise<FingerprintTable> {
  const engine = await createSparseEngine();
  const runs: Record<string, string> = {};
  for (const [net, { task, model, planesOf }] of Object.entries(nets)) {
    for (const [name, training] of Object.entries(trainings)) {
      const { optimizer, weightDecay } = training;
      const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay, batchSize: BATCH, networks: 1 });
      trainer.start(0, {
        snapshot: initialise(model, 'glorot-normal', 1),
        planes: planesOf(model),
        batches: tinyBatches(task, BATCH),
        position: 0,
        rateAt: (position) => rateAt(training, position),
      });
      await trainer.train([STEPS], new Pace());
      const final = await trainer.read(0);
      runs[`${net}/${name}`] = fingerprint(model, final);
      if (name === 'sgd') {
        const examples = Uint32Array.from({ length: 50 }, (_, index) => index);
        const { buffers } = final;
        runs[`${net}/gradients`] = fingerprint(model, { parameters: await trainer.gradients(0, examples), buffers });
        const parameters = await trainer.hessianVectorProduct(0, examples, final.parameters);
        runs[`${net}/curvature`] = fingerprint(model, { parameters, buffers });
      }
      trainer.dispose();
    }
  }
  const { arithmeticVersion } = engine;
  engine.dispose();
  return { arithmeticVersion, runs };
}
