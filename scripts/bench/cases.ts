/** The work that two revisions are compared by, on the `sparse` engine. Each revision runs this very file on its own sources. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Pace } from '../../src/engines/pace.ts';
import { createSparseEngine } from '../../src/engines/sparse/engine.ts';
import { drawMask } from '../../src/science/draw.ts';
import { initialise } from '../../src/science/init.ts';
import { denseMask, trainablePlanes, type Mask } from '../../src/science/mask.ts';
import { parseRecipe } from '../../src/science/recipe/parse.ts';
import { trainRun, type Watcher } from '../../src/science/run.ts';
import type { Snapshot } from '../../src/science/tensors.ts';
import type { Engine } from '../../src/science/trainer.ts';
import { batchesOf } from '../../src/tasks/batches.ts';
import { splitFor } from '../../src/tasks/split.ts';
import { adam, BATCH, nets, randomMask, SEED, type Setting } from './common.ts';
import { impPlan, LEVELS } from './imp.ts';
import { openDataset, settingOf } from './setting.ts';

/** A piece of work that can be done bit by bit. */
export interface Work {
  /** Does so many units more: steps, or whole runs. */
  run(units: number): Promise<void>;
  /** SHA-256 of what has come of it so far: where two sides agree, they computed the same bits. */
  digest(): Promise<string>;
  dispose(): void;
}

type Open = (engine: Engine) => Promise<Work>;

function digestOf(...snapshots: readonly Snapshot[]): string {
  const hash = createHash('sha256');
  for (const { parameters, buffers } of snapshots) {
    for (const values of [...Object.values(parameters), ...Object.values(buffers)]) hash.update(values);
  }
  return hash.digest('hex');
}

/** Steps of one network under each of the masks in turn, every network as far as the others. */
async function training(
  engine: Engine,
  { model, task, start, batches }: Setting,
  masks: readonly Mask[],
): Promise<Work & { read(network: number): Promise<Snapshot> }> {
  const trainer = await engine.createTrainer({ model, task, optimizer: adam, weightDecay: 0, batchSize: BATCH, networks: masks.length });
  masks.forEach((mask, network) => {
    trainer.start(network, {
      ...{ snapshot: start, planes: trainablePlanes(mask), batches, position: 0, rateAt: () => adam.learningRate },
    });
  });
  const control = new Pace();
  let position = 0;
  return {
    run: async (steps) => {
      position += steps;
      await trainer.train(
        masks.map(() => position),
        control,
      );
    },
    read: (network) => trainer.read(network),
    digest: async () => digestOf(...(await Promise.all(masks.map((_, network) => trainer.read(network))))),
    dispose: () => trainer.dispose(),
  };
}

const steps =
  (dataset: string, net: keyof typeof nets, density: number): Open =>
  async (engine) => {
    const setting = settingOf(dataset, net, await openDataset(dataset));
    return training(engine, setting, [randomMask(setting.model, density)]);
  };

/** Steps that a level trains before the next one is cut from it. */
const STEPS_A_LEVEL = 70;

const pruning: Open = async (engine) => {
  const setting = settingOf('mnist', 'lenet-300-100', await openDataset('mnist'));
  const masks = [denseMask(setting.model)];
  while (masks.length < LEVELS) {
    const mask = masks[masks.length - 1];
    const level = await training(engine, setting, [mask]);
    await level.run(STEPS_A_LEVEL);
    const final = await level.read(0);
    level.dispose();
    masks.push(drawMask(impPlan, setting.model, { seed: SEED, arm: 'ticket', level: masks.length }, { mask, final }));
  }
  return training(engine, setting, masks);
};

const unwatched: Watcher = {
  now: () => 0,
  stride: () => Promise.resolve(50),
  progress: () => Promise.resolve(),
  evaluated: () => undefined,
};

/** Whole runs of the recipe *LeNet quick*, every evaluation and the last measurements with them. */
const runs =
  (density: number): Open =>
  async (engine) => {
    const text = await readFile(new URL('../../public/recipes/lenet-quick-mnist.json', import.meta.url), 'utf8');
    const recipe = parseRecipe(JSON.parse(text));
    const { optimizer, weightDecay, batchSize } = recipe.training;
    const task = await openDataset('mnist', recipe.task);
    const model = nets['lenet-300-100'](task);
    const mask = randomMask(model, density);
    const split = splitFor('mnist', recipe.task, SEED);
    const start = initialise(model, 'glorot-normal', SEED);
    const drawing = { mask, planes: trainablePlanes(mask), start, position: 0, rateAt: () => optimizer.learningRate };
    const run = { seed: SEED, arm: 'ticket', level: 0 } as const;
    const job = { key: '', recipe, model, run, drawing, task, split, batches: batchesOf(split.train, batchSize, SEED), keep: [] };
    const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay, batchSize, networks: 1 });
    const hash = createHash('sha256');
    return {
      run: async (count) => {
        for (let one = 0; one < count; one++) {
          const { result } = await trainRun(trainer, engine, job, new Pace(), unwatched);
          hash.update(JSON.stringify([result.fingerprint, result.metrics, result.initial, result.earlyStop, result.curve]));
        }
      },
      digest: () => Promise.resolve(hash.copy().digest('hex')),
      dispose: () => trainer.dispose(),
    };
  };

const percent = (density: number): string => `${Number((100 * density).toPrecision(3))} %`;

const each = (name: string, densities: readonly number[], open: (density: number) => Open): readonly (readonly [string, Open])[] =>
  densities.map((density) => [`${name}, ${percent(density)}`, open(density)]);

const all: ReadonlyMap<string, Open> = new Map([
  ...each('lenet-300-100, MNIST', [1, 0.8, 0.5, 0.21, 0.05, 0.01], (density) => steps('mnist', 'lenet-300-100', density)),
  ...each('lenet-300-100, Fashion-MNIST', [1, 0.5, 0.21, 0.05, 0.01], (density) => steps('fashion-mnist', 'lenet-300-100', density)),
  ['imp-16-levels', pruning],
  ...each('run of LeNet quick', [1, 0.21, 0.05], runs),
  ...each('conv-8-16', [1, 0.21, 0.05], (density) => steps('mnist', 'conv-8-16', density)),
  ...each('conv-2', [1, 0.21], (density) => steps('mnist', 'conv-2', density)),
]);

export const caseNames: readonly string[] = [...all.keys()];

let engine: Promise<Engine> | null = null;

export async function openCase(name: string): Promise<Work> {
  const open = all.get(name);
  if (open === undefined) throw new RangeError(`no case ${name}`);
  engine ??= createSparseEngine();
  return open(await engine);
}
