/**
 * WebGPU for Node, which has none of its own: by the npm package `webgpu` (Dawn, the implementation that is in Chromium),
 * an optional peer. It is read when an adapter is first asked for, so that training on the processor never waits for it.
 */
import type { Adapters } from '../engines/probe.ts';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';

/** What is used of the package. */
interface Dawn {
  create(options: readonly string[]): Adapters;
  /** Classes and constants that browsers have as globals, such as `GPUBufferUsage`. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** One a thread: a second instance would know nothing of the devices of the first. */
let opened: Promise<Adapters> | null = null;

/** Asking for an adapter rejects with a `LabError` that tells how to install the package where it is missing. */
export const dawn: Adapters = {
  requestAdapter: async (options) => (await (opened ??= open())).requestAdapter(options),
};

async function open(): Promise<Adapters> {
  // A name in a variable is not looked up by the compiler: who has not installed the package must be able to check types.
  const name = 'webgpu';
  const found = await (import(name) as Promise<Dawn>).catch((cause: unknown) => {
    throw new LabError(m.engines_gpu_no_package(), 'engine', { cause });
  });
  Object.assign(globalThis, found.globals);
  return found.create([]);
}
