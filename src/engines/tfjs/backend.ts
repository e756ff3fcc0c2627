/** One of tfjs's backends, loaded when first asked for, shared by the engines that use it, and watched for the loss of its GPU. */
import * as tf from '@tensorflow/tfjs-core';
import { m } from '../../paraglide/messages.js';
import { LabError } from '../../science/errors.ts';
import { DeviceLost } from '../lost.ts';
import type { TfjsBackend } from '../probe.ts';
import { registerWasmSlice } from './wasm-slice.ts';

export interface BackendOptions {
  /** Addresses of tfjs's own .wasm files by file name; Node finds them by itself. */
  readonly wasmPaths?: Readonly<Record<string, string>>;
}

/** What tfjs keeps of a backend that is up. */
interface Shared {
  users: number;
  lost: LabError | null;
  /** Rejects reads under way when the GPU goes. */
  readonly reads: Set<(error: Error) => void>;
}

const shared = new Map<TfjsBackend, Shared>();

let wasmPathsSet = false;

const loaders: Readonly<Record<TfjsBackend, (options: BackendOptions) => Promise<unknown>>> = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
  async wasm({ wasmPaths }) {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    // It refuses to be told again after a start that failed.
    if (wasmPaths !== undefined && !wasmPathsSet) {
      setWasmPaths(wasmPaths);
      wasmPathsSet = true;
    }
    registerWasmSlice();
    // Its threads are workers made of text, which strict pages forbid; the lab's own pool uses the cores better.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  },
};

export class Backend {
  private constructor(
    readonly name: TfjsBackend,
    private readonly state: Shared,
  ) {}

  /** Rejects with a `LabError` where the backend does not start on this machine. */
  static async open(name: TfjsBackend, options: BackendOptions): Promise<Backend> {
    let state = shared.get(name);
    if (state?.lost !== null) {
      if (state !== undefined) close(name);
      await start(name, options);
      state = { users: 0, lost: null, reads: new Set() };
      shared.set(name, state);
      watch(name, state);
    }
    state.users++;
    return new Backend(name, state);
  }

  /** The GPU went away: nothing here works any more. */
  get isLost(): boolean {
    return this.state.lost !== null;
  }

  /** Does tensor work; whatever it makes and does not return is freed. Throws a `LabError` where the GPU was lost. */
  run<T>(work: () => T): T {
    this.throwIfLost();
    // Synchronous in effect for a backend that is up: another engine may have been at work since.
    if (tf.getBackend() !== this.name) void tf.setBackend(this.name);
    try {
      return tf.tidy(work as () => tf.TensorContainer) as T;
    } catch (error) {
      this.throwIfLost();
      throw error;
    }
  }

  /** A copy of a tensor's values. The tensor stays. */
  async read(tensor: tf.Tensor): Promise<Float32Array> {
    this.throwIfLost();
    let abandon: (error: Error) => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      abandon = reject;
      this.state.reads.add(reject);
    });
    try {
      const values = await Promise.race([tensor.data<'float32'>(), lost]);
      this.throwIfLost();
      // The CPU backend gives its own array.
      return values.slice();
    } catch (error) {
      // A device that goes fails its reads before it says that it is lost; one that fails a read is of no use any more.
      if (this.name === 'webgpu') lose(this.state, error instanceof Error ? error.message : '');
      this.throwIfLost();
      throw error;
    } finally {
      this.state.reads.delete(abandon);
    }
  }

  /** The last user of a backend takes it down and frees its memory. */
  dispose(): void {
    if (--this.state.users === 0 && shared.get(this.name) === this.state) close(this.name);
  }

  private throwIfLost(): void {
    if (this.name === 'webgl' && this.state.lost === null && webglContext().isContextLost()) lose(this.state, '');
    if (this.state.lost !== null) throw this.state.lost;
  }
}

async function start(name: TfjsBackend, options: BackendOptions): Promise<void> {
  let reason = '';
  try {
    // Without it tfjs checks every shape twice and prints advice.
    tf.enableProdMode();
    await loaders[name](options);
    if (await tf.setBackend(name)) return;
  } catch (error) {
    reason = ` (${error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error)})`;
  }
  throw new LabError(m.engines_backend_does_not_start({ backend: name, reason }), 'engine');
}

/** Takes the backend down but keeps its factory, so that it can start again. */
function close(name: TfjsBackend): void {
  shared.delete(name);
  const factory = tf.findBackendFactory(name);
  tf.removeBackend(name);
  tf.registerBackend(name, factory);
}

/** tfjs goes on with garbage when its GPU is gone, so the lab listens itself. */
function watch(name: TfjsBackend, state: Shared): void {
  if (name === 'webgpu') {
    const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
    void device.lost.then(({ message }) => lose(state, message));
  }
  if (name === 'webgl') webglContext().canvas.addEventListener('webglcontextlost', () => lose(state, ''));
}

function webglContext(): WebGL2RenderingContext {
  return (tf.findBackend('webgl') as unknown as { readonly gpgpu: { readonly gl: WebGL2RenderingContext } }).gpgpu.gl;
}

function lose(state: Shared, reason: string): void {
  const error = new DeviceLost(reason);
  state.lost ??= error;
  for (const reject of state.reads) reject(error);
  state.reads.clear();
}
