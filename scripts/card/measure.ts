/** All that is measured of a graphics card, in order of worth: what the time does not suffice for is left out by name. */
import { availableParallelism } from 'node:os';
import { openEngine } from '../../src/engines/choose.ts';
import { createWebgpuEngine, type WebgpuEngine } from '../../src/engines/webgpu/engine.ts';
import type { Engine } from '../../src/science/trainer.ts';
import { beginTrial, stepsPerSecond, trialOptimizers, trialTask, unhurried } from '../../src/worker/device-trial.ts';
import { dawn } from '../../src/worker/node-gpu.ts';
import { selfTest, type SelfTest } from '../../src/worker/self-test.ts';
import { nets } from '../bench/common.ts';

type Net = 'lenet-300-100' | 'conv-8-16';

export interface SpeedRow {
  readonly engine: 'sparse' | 'webgpu' | 'webgpu-f16';
  readonly net: Net;
  readonly networks: number;
  /** Share of the weights kept, 0..1. */
  readonly kept: number;
  /** Of all networks together. */
  readonly stepsPerSecond: number;
}

/** The same network worked on as whole matrices and by lists; steps a second of all networks together. */
export interface CrossingRow {
  readonly net: Net;
  readonly kept: number;
  readonly whole: number;
  readonly listed: number;
}

export interface MemoryRow {
  readonly net: Net;
  readonly networks: number;
  readonly bytes: number;
}

export interface CardReport {
  readonly format: 'lottery-ticket-card';
  readonly version: 1;
  readonly node: string;
  readonly selfTest: SelfTest;
  /** Whether a second run gave the same bits. */
  readonly repeats: boolean;
  readonly memory: readonly MemoryRow[];
  /** Bytes on the device once all trainers were closed. */
  readonly leftBytes: number;
  readonly speed: readonly SpeedRow[];
  readonly crossing: readonly CrossingRow[];
  /** What there was no time for. */
  readonly left: readonly string[];
  readonly seconds: number;
}

interface Extent {
  readonly networks: readonly number[];
  readonly kept: readonly number[];
  readonly crossing: readonly number[];
  /** Networks side by side where lists race matrices: enough to fill a card, few enough to compile soon. */
  readonly crossingNetworks: number;
  /** Of one figure of speed. */
  readonly milliseconds: number;
}

const full: Extent = {
  networks: [1, 2, 4, 8, 16, 32],
  kept: [1, 0.5, 0.21, 0.1, 0.05, 0.01],
  crossing: [0.5, 0.35, 0.25, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.01],
  crossingNetworks: 8,
  milliseconds: 500,
};
const few: Extent = { networks: [1, 2], kept: [1, 0.05], crossing: [0.5, 0.05], crossingNetworks: 1, milliseconds: 20 };

const MOST_SECONDS = 420;

const models = { 'lenet-300-100': nets['lenet-300-100'](trialTask), 'conv-8-16': nets['conv-8-16'](trialTask) };
const netNames = Object.keys(models) as readonly Net[];

/** Rejects with a `LabError` where there is no package or no card. */
export async function measureCard(quick: boolean, say: (line: string) => void): Promise<CardReport> {
  const extent = quick ? few : full;
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const left: string[] = [];
  /** A row, or nothing and its name under `left`. */
  async function row<Row>(name: string, measure: () => Promise<Row>): Promise<Row[]> {
    if (seconds() > MOST_SECONDS) {
      left.push(name);
      return [];
    }
    say(name);
    return [await measure()];
  }

  const tested = await selfTest(
    `Node ${process.versions.node}`,
    availableParallelism(),
    (share) => say(`self-test ${Math.round(100 * share)} %`),
    {
      gpu: dawn,
    },
  );
  const webgpu = await createWebgpuEngine({ gpu: dawn });
  const half = await openEngine('webgpu-f16', { gpu: dawn }).catch(() => null);
  const sparse = await openEngine('sparse');
  const speedRow = (engine: SpeedRow['engine'], on: Engine, net: Net, networks: number, kept: number): Promise<SpeedRow[]> =>
    row(`${engine}, ${net}, ${networks} networks, ${100 * kept} % kept`, async () => ({
      ...{ engine, net, networks, kept },
      stepsPerSecond: await stepsPerSecond(on, models[net], networks, kept, extent.milliseconds),
    }));

  const repeats = await repeatsItself(webgpu);
  const memory: MemoryRow[] = [];
  for (const net of netNames) for (const networks of extent.networks) memory.push(await memoryOf(webgpu, net, networks));
  const speed: SpeedRow[] = [];
  const crossing: CrossingRow[] = [];
  for (const net of netNames) {
    for (const kept of extent.kept) {
      speed.push(...(await speedRow('sparse', sparse, net, 1, kept)));
      for (const networks of extent.networks) speed.push(...(await speedRow('webgpu', webgpu, net, networks, kept)));
      if (half !== null) speed.push(...(await speedRow('webgpu-f16', half, net, extent.networks[extent.networks.length - 1], kept)));
    }
  }
  for (const net of netNames) {
    for (const kept of extent.crossing) {
      const by = async (listedUpTo: number): Promise<number> => {
        const engine = await createWebgpuEngine({ gpu: dawn, listedUpTo });
        try {
          return await stepsPerSecond(engine, models[net], extent.crossingNetworks, kept, extent.milliseconds);
        } finally {
          engine.dispose();
        }
      };
      crossing.push(
        ...(await row(`lists against matrices, ${net}, ${100 * kept} % kept`, async () => ({
          ...{ net, kept },
          ...{ whole: await by(0), listed: await by(1) },
        }))),
      );
    }
  }
  const leftBytes = webgpu.inUse.bytes;
  for (const engine of [webgpu, half, sparse]) engine?.dispose();
  return {
    ...{ format: 'lottery-ticket-card', version: 1, node: process.versions.node },
    ...{ selfTest: tested, repeats, memory, leftBytes, speed, crossing, left, seconds: Math.round(seconds()) },
  };
}

const STEPS = 50;

/** Two networks trained twice, at each density of the self-test. */
async function repeatsItself(engine: Engine): Promise<boolean> {
  const bitsAt = async (kept: number): Promise<string> => {
    const trainer = await beginTrial(engine, models['lenet-300-100'], trialOptimizers[2], 2, kept);
    await trainer.train([STEPS, STEPS], unhurried);
    const weights = [await trainer.read(0), await trainer.read(1)].flatMap(({ parameters }) => Object.values(parameters));
    trainer.dispose();
    return weights.map((values) => Buffer.from(values.slice().buffer).toString('base64')).join();
  };
  for (const kept of [1, 0.05]) if ((await bitsAt(kept)) !== (await bitsAt(kept))) return false;
  return true;
}

async function memoryOf(engine: WebgpuEngine, net: Net, networks: number): Promise<MemoryRow> {
  const trainer = await beginTrial(engine, models[net], trialOptimizers[2], networks, 1);
  await trainer.train(
    Array.from({ length: networks }, () => 2),
    unhurried,
  );
  const { bytes } = engine.inUse;
  trainer.dispose();
  return { net, networks, bytes };
}
