/** Trains LeNet-300-100 or a convolutional network in a browser's worker, on a graphics processor: as many networks as it is told, so many steps each. */
import { createTfjsEngine } from '../../../src/engines/tfjs/engine.ts';
import { createWebgpuEngine } from '../../../src/engines/webgpu/engine.ts';
import { initialise } from '../../../src/science/init.ts';
import { denseMask, trainablePlanes } from '../../../src/science/mask.ts';
import type { Control, Engine } from '../../../src/science/trainer.ts';
import { batchesOf } from '../../../src/tasks/batches.ts';
import { tinyTask } from '../../../tests/support/tiny-task.ts';
import { adam, BATCH, nets, randomMask, type Setting } from '../common.ts';
import { JaxContender } from '../jax.ts';

export interface Chosen {
  readonly engine: 'webgpu' | 'tfjs-webgpu' | 'jax-js-webgpu';
  readonly net: keyof typeof models;
  readonly networks: number;
  /** Share of the weights kept. */
  readonly density: number;
}

export type Order = { readonly open: Chosen } | { readonly train: number };
export type Done = { readonly adapter: string } | { readonly ms: number } | { readonly error: string };

const COUNT = 2000;
/** Pictures of the size of MNIST's; what is in them does not matter here. */
const task = tinyTask({ input: { height: 28, width: 28, channels: 1 }, classes: 10, count: COUNT });
const models = { 'lenet-300-100': nets['lenet-300-100'](task), 'mlp-32-16': nets['mlp-32-16'](task), 'conv-8-16': nets['conv-8-16'](task) };
const examples = Uint32Array.from({ length: COUNT }, (_, example) => example);

const settingOf = (net: Chosen['net'], seed: number): Setting => ({
  ...{ name: net, task, model: models[net] },
  start: initialise(models[net], 'glorot-normal', seed),
  batches: batchesOf(examples, BATCH, seed),
});

const unhurried: Control = { due: () => false, breathe: () => Promise.resolve() };

/** Trains each network so many steps more. */
type Train = (steps: number) => Promise<unknown>;

async function openLab(engine: Engine, { net, networks, density }: Chosen): Promise<Train> {
  const model = models[net];
  const trainer = await engine.createTrainer({ model, task, optimizer: adam, weightDecay: 0, batchSize: BATCH, networks });
  const mask = density === 1 ? denseMask(model) : randomMask(model, density);
  for (let network = 0; network < networks; network++) {
    const { start, batches } = settingOf(net, network + 1);
    const planes = trainablePlanes(mask);
    trainer.start(network, { snapshot: start, planes, batches, position: 0, rateAt: () => adam.learningRate });
  }
  let position = 0;
  return (steps) => {
    position += steps;
    return trainer.train(
      Array.from({ length: networks }, () => position),
      unhurried,
    );
  };
}

async function openJax({ net, networks, density }: Chosen): Promise<Train> {
  const all: JaxContender[] = [];
  for (let network = 0; network < networks; network++) {
    const contender = await JaxContender.open(settingOf(net, network + 1), 'webgpu');
    await contender.restart(randomMask(models[net], density));
    all.push(contender);
  }
  return async (steps) => {
    for (const contender of all) await contender.train(steps);
  };
}

let train: Train = () => Promise.resolve();

async function answer(order: Order): Promise<Done> {
  if ('train' in order) {
    const began = performance.now();
    await train(order.train);
    return { ms: performance.now() - began };
  }
  const { open } = order;
  let adapter = '';
  if (open.engine === 'webgpu') {
    const engine = await createWebgpuEngine();
    ({ adapter } = engine);
    train = await openLab(engine, open);
  } else if (open.engine === 'tfjs-webgpu') train = await openLab(await createTfjsEngine('webgpu'), open);
  else train = await openJax(open);
  return { adapter };
}

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  answer(data).then(
    (done) => postMessage(done),
    (error: unknown) => postMessage({ error: String(error) }),
  );
});
