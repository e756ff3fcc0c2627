/** Which engine trains: the user's choice, or the fastest of those that are here. */
import type { Engine, Need } from '../science/trainer.ts';
import { requireNeeds } from './require.ts';
import { hasGpu, usableBackends, type Adapters, type TfjsBackend } from './probe.ts';

/** One way to do the arithmetic, as users choose it. Values of 16 bits are for those who ask for them. */
export type EngineId = 'sparse' | 'webgpu' | 'webgpu-f16' | `tfjs-${TfjsBackend}`;

/** Where a browser finds the WebAssembly of tfjs, by file name; Node needs none. */
export type WasmPaths = Readonly<Record<string, string>>;

/** What a host gives to engines; nothing where it has all of its own. */
export interface Surroundings {
  readonly wasmPaths?: WasmPaths;
  /** WebGPU for a host without one of its own. */
  readonly gpu?: Adapters;
}

/** Loads and opens one engine. */
export async function openEngine(id: EngineId, { wasmPaths, gpu }: Surroundings = {}): Promise<Engine> {
  if (id === 'sparse') {
    const { createSparseEngine } = await import('./sparse/engine.ts');
    return createSparseEngine();
  }
  if (id === 'webgpu' || id === 'webgpu-f16') {
    const { createWebgpuEngine } = await import('./webgpu/engine.ts');
    return createWebgpuEngine({ half: id === 'webgpu-f16', gpu });
  }
  const { createTfjsEngine } = await import('./tfjs/engine.ts');
  return createTfjsEngine(id.slice('tfjs-'.length) as TfjsBackend, { wasmPaths });
}

/** Engines that may be the fastest here. A software graphics adapter never counts, and without a GPU nothing beats `sparse`. */
async function contestants(given: Adapters | undefined): Promise<readonly EngineId[]> {
  if (given !== undefined) return (await hasGpu(given)) ? ['sparse', 'webgpu'] : ['sparse'];
  const gpu = (await usableBackends()).filter((backend) => backend === 'webgpu' || backend === 'webgl');
  const own: readonly EngineId[] = gpu.includes('webgpu') ? ['webgpu'] : [];
  return ['sparse', ...own, ...gpu.map((backend): EngineId => `tfjs-${backend}`)];
}

/** What is fast enough to be worth a race once every contestant has failed a recipe's needs. */
const FALLBACK: EngineId = 'tfjs-wasm';

/**
 * The fastest engine that meets the needs, opened. `time` trains a few real steps and says the milliseconds of one;
 * it is asked only where there is a choice. An engine that fails to open or to train is out of the race.
 */
export async function fastestEngine(
  needs: readonly Need[],
  around: Surroundings,
  time: (engine: Engine) => Promise<number>,
): Promise<{ id: EngineId; engine: Engine }> {
  const able: { id: EngineId; engine: Engine }[] = [];
  for (const id of await contestants(around.gpu)) {
    const engine = await openEngine(id, around).catch(() => null);
    if (engine !== null && engine.missing(needs).length === 0) able.push({ id, engine });
    else engine?.dispose();
  }
  if (able.length === 0) {
    const engine = await openEngine(FALLBACK, around);
    requireNeeds(engine, FALLBACK, needs);
    return { id: FALLBACK, engine };
  }
  let best = able[0];
  let bestTime = Infinity;
  for (const contestant of able.length > 1 ? able : []) {
    const milliseconds = await time(contestant.engine).catch(() => Infinity);
    if (milliseconds >= bestTime) continue;
    best = contestant;
    bestTime = milliseconds;
  }
  for (const { engine } of able) if (engine !== best.engine) engine.dispose();
  return best;
}
