/** Whether the webgpu engine is right and fast on this very device: against the sparse engine, on data made here. */
import { openEngine, type Surroundings } from '../engines/choose.ts';
import { buildModel } from '../models/build.ts';
import type { Optimizer } from '../science/recipe/schema.ts';
import type { Tensors } from '../science/tensors.ts';
import type { Engine } from '../science/trainer.ts';
import { beginTrial, stepsPerSecond, trialOptimizers, trialTask, unhurried } from './device-trial.ts';
import { testNets } from './self-test-nets.ts';

/** What is saved as JSON. */
export interface SelfTest {
  readonly format: 'lottery-ticket-self-test';
  readonly version: 2;
  /** The graphics card, as it calls itself; `software`: it is none, but a program. */
  readonly adapter: string;
  readonly browser: string;
  readonly cores: number;
  readonly parity: readonly Parity[];
  readonly speed: readonly Speed[];
  /** Whether all of `parity` held. */
  readonly passed: boolean;
}

/** The same steps on this engine and on sparse: the greatest differences of a step's loss (relative) and of a weight in the end. */
export interface Parity {
  readonly engine: Tested;
  readonly layers: keyof typeof testNets;
  readonly optimizer: Optimizer['type'];
  /** Share of the weights kept. */
  readonly kept: number;
  readonly loss: number;
  readonly weights: number;
  readonly passed: boolean;
}

/** The one with values of 16 bits where the card has them. */
type Tested = 'webgpu' | 'webgpu-f16';

export interface Speed {
  readonly engine: 'sparse' | Tested;
  readonly networks: number;
  readonly kept: number;
  /** Steps of all networks together. */
  readonly stepsPerSecond: number;
}

const KEPT = [1, 0.05] as const;
const STEPS = 50;

/** Graphics cards round in ways of their own, and Adam divides by a gradient's size however small: ten times what software shows. */
const MOST_LOSS = 1e-4;
const mostWeights = (type: Optimizer['type']): number => (type === 'adam' ? 2e-3 : 1e-5);
/** Values rounded to 16 bits moved losses by a hundredth where that was tried in software. */
const MOST_LOSS_HALF = 0.05;

/** Milliseconds that a figure of speed is taken from. */
const TIMED_MS = 600;

const lenet = buildModel({ family: 'mlp', hidden: [300, 100], activation: 'relu' }, trialTask.input, trialTask.classes);

/** `progress` hears the share done. Rejects with a `LabError` where there is no WebGPU. */
export async function selfTest(
  browser: string,
  cores: number,
  progress: (share: number) => void,
  around: Surroundings = {},
): Promise<SelfTest> {
  const webgpu = await openEngine('webgpu', around);
  const half = await openEngine('webgpu-f16', around).catch(() => null);
  const sparse = await openEngine('sparse');
  try {
    const cases: readonly Case[] = [
      ...trialOptimizers.flatMap((optimizer) => KEPT.map((kept): Case => ({ engine: 'webgpu', layers: 'dense', optimizer, kept }))),
      ...KEPT.map((kept): Case => ({ engine: 'webgpu', layers: 'convolution', optimizer: trialOptimizers[1], kept })),
      ...(half === null ? [] : [{ engine: 'webgpu-f16', layers: 'dense', optimizer: trialOptimizers[0], kept: 1 } as const]),
    ];
    const races = [
      ...KEPT.flatMap((kept) => [
        { name: 'sparse' as const, engine: sparse, networks: 1, kept },
        { name: 'webgpu' as const, engine: webgpu, networks: 1, kept },
        { name: 'webgpu' as const, engine: webgpu, networks: 8, kept },
      ]),
      ...(half === null ? [] : [{ name: 'webgpu-f16' as const, engine: half, networks: 8, kept: 1 }]),
    ];
    let done = 0;
    const tell = (): void => progress(++done / (cases.length + races.length));
    const parity: Parity[] = [];
    for (const one of cases) {
      parity.push(await compare(sparse, one.engine === 'webgpu-f16' && half !== null ? half : webgpu, one));
      tell();
    }
    const speed: Speed[] = [];
    for (const { name, engine, networks, kept } of races) {
      speed.push({ engine: name, networks, kept, stepsPerSecond: await stepsPerSecond(engine, lenet, networks, kept, TIMED_MS) });
      tell();
    }
    const passed = parity.every((one) => one.passed);
    return { format: 'lottery-ticket-self-test', version: 2, adapter: webgpu.adapter ?? '', browser, cores, parity, speed, passed };
  } finally {
    for (const engine of [webgpu, half, sparse]) engine?.dispose();
  }
}

interface Case {
  readonly engine: Tested;
  readonly layers: keyof typeof testNets;
  readonly optimizer: Optimizer;
  readonly kept: number;
}

async function compare(sparse: Engine, tested: Engine, { engine: name, layers, optimizer, kept }: Case): Promise<Parity> {
  const model = testNets[layers](trialTask.input, trialTask.classes);
  const ends: { readonly losses: readonly number[]; readonly weights: Tensors }[] = [];
  for (const engine of [sparse, tested]) {
    const trainer = await beginTrial(engine, model, optimizer, 1, kept);
    const losses: number[] = [];
    for (let position = 1; position <= STEPS; position++) losses.push((await trainer.train([position], unhurried))[0][0]);
    ends.push({ losses, weights: (await trainer.read(0)).parameters });
    trainer.dispose();
  }
  const [expected, actual] = ends;
  const loss = Math.max(...actual.losses.map((value, step) => Math.abs(value / expected.losses[step] - 1)));
  const weights = Math.max(
    ...Object.entries(expected.weights).map(([name, values]) =>
      values.reduce((most, value, index) => Math.max(most, Math.abs(value - actual.weights[name][index])), 0),
    ),
  );
  const passed = name === 'webgpu-f16' ? loss <= MOST_LOSS_HALF : loss <= MOST_LOSS && weights <= mostWeights(optimizer.type);
  return { engine: name, layers, optimizer: optimizer.type, kept, loss, weights, passed };
}
