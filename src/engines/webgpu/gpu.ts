/** The engine's own device: opened, watched for its loss, with its compiled pipelines and the ledger of its buffers. */
import { m } from '../../paraglide/messages.js';
import { LabError } from '../../science/errors.ts';
import { DeviceLost, OutOfMemory } from '../lost.ts';
import { hostAdapters, isGpu, type Adapters } from '../probe.ts';
import { layoutOf, wgslOf, type Kernel } from './kernel.ts';
import { Ledger } from './ledger.ts';
import { LISTED_UP_TO } from './matrices.ts';

/** A kernel that is ready to run. */
export interface Program {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** How kernels are best written for a device. */
export interface Traits {
  /** A processor that plays graphics card: registers and long loops are cheap to it, shared memory and barriers dear. */
  readonly isSoftware: boolean;
  /** Invocations that run in step and can pass values on, where that is exactly 4, as vectors of a processor are; else 0. */
  readonly quads: 0 | 4;
}

export interface GpuOptions {
  /** For which device kernels are written; that which there is where it is left out. */
  readonly traits?: Traits;
  /** Whether values between layers are kept in 16 bits: half the memory and its traffic, three digits of each. */
  readonly half?: boolean;
  /** Share of a layer's weights, 0..1, up to which it goes by lists; what was measured for the kind of device where it is left out. */
  readonly listedUpTo?: number;
  /** Where the device is from; the host's own WebGPU where it is left out. */
  readonly gpu?: Adapters;
}

/** Pipelines kept for trainers to come: some twenty a shape of network. */
const MOST_PROGRAMS = 200;

export class Gpu {
  readonly ledger: Ledger;
  private readonly programs = new Map<string, Promise<Program>>();
  private lost: LabError | null = null;
  private readonly waiting = new Set<(error: Error) => void>();
  private isClosed = false;

  private constructor(
    readonly device: GPUDevice,
    /** As the adapter calls itself. */
    readonly adapter: string,
    readonly traits: Traits,
    readonly half: boolean,
    readonly listedUpTo: number,
  ) {
    this.ledger = new Ledger(device);
    void device.lost.then(({ message }) => {
      if (!this.isClosed) this.fail(new DeviceLost(message));
    });
    device.addEventListener('uncapturederror', ({ error }) => this.fail(errorOf(error)));
  }

  /** Rejects with a `LabError` where there is no WebGPU here, or no numbers of 16 bits where they are asked for. */
  static async open({ traits: chosen, half = false, listedUpTo, gpu = hostAdapters() }: GpuOptions = {}): Promise<Gpu> {
    const refuse = (reason: string, cause?: unknown): LabError =>
      new LabError(m.engines_backend_does_not_start({ backend: 'webgpu', reason }), 'engine', { cause });
    const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch((cause: unknown) => {
      // Whoever offers WebGPU here may know the remedy.
      if (cause instanceof LabError) throw cause;
      return null;
    });
    if (adapter === null || adapter === undefined) throw refuse('');
    const { info, limits, features } = adapter;
    if (half && !features.has('shader-f16')) throw new LabError(m.engines_gpu_no_half(), 'engine');
    try {
      const device = await adapter.requestDevice({
        requiredFeatures: [...(features.has('subgroups') ? (['subgroups'] as const) : []), ...(half ? (['shader-f16'] as const) : [])],
        requiredLimits: {
          maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
          maxBufferSize: limits.maxBufferSize,
        },
      });
      const { subgroupMinSize, subgroupMaxSize } = info as { readonly subgroupMinSize?: number; readonly subgroupMaxSize?: number };
      const isQuad = features.has('subgroups') && subgroupMinSize === 4 && subgroupMaxSize === 4;
      const name = [info.vendor, info.architecture, info.device, info.description].filter((part) => part !== '').join(' ');
      const traits = chosen ?? { isSoftware: !isGpu(info), quads: isQuad ? 4 : 0 };
      return new Gpu(device, name, traits, half, listedUpTo ?? LISTED_UP_TO[traits.isSoftware ? 'software' : 'hardware']);
    } catch (error) {
      throw refuse(error instanceof Error ? ` (${error.message})` : '', error);
    }
  }

  get isLost(): boolean {
    return this.lost !== null;
  }

  /** Throws the `LabError` that says so where the device is of no use any more. */
  check(): void {
    if (this.lost !== null) throw this.lost;
  }

  /** Compiles a kernel, or finds it compiled. */
  program(kernel: Kernel): Promise<Program> {
    const code = wgslOf(kernel, this.half);
    let program = this.programs.get(code);
    if (program === undefined) {
      program = this.compile(kernel, code);
      this.programs.set(code, program);
      // Shapes may change from level to level: the oldest text goes, its pipeline with it once nobody uses it.
      const [oldest] = this.programs.keys();
      if (this.programs.size > MOST_PROGRAMS) this.programs.delete(oldest);
    }
    return program;
  }

  /** Does work that makes buffers; rejects with a `LabError` where the device has no room for them. */
  async withRoom<T extends object>(work: () => T): Promise<T> {
    this.check();
    const { device } = this;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    let made: T | null = null;
    let thrown: unknown = null;
    try {
      made = work();
    } catch (error) {
      thrown = error;
    }
    // Whatever happened, the scopes must close.
    const [invalid, full] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    if (made === null) throw thrown;
    const failure = full ?? invalid;
    if (failure !== null) throw errorOf(failure);
    return made;
  }

  /** Bytes of a buffer, once all work given so far is done. */
  async read(buffer: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    this.check();
    const staging = this.ledger.create('read', bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    try {
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, offset, staging, 0, bytes);
      this.device.queue.submit([encoder.finish()]);
      return await this.mapped(staging, bytes);
    } finally {
      this.ledger.destroy(staging);
    }
  }

  /** A copy of what a buffer for reading holds, once the work before it is done; the buffer can be written again. */
  async mapped(staging: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    let abandon: (error: Error) => void = () => undefined;
    const gone = new Promise<never>((_, reject) => {
      abandon = reject;
      this.waiting.add(reject);
    });
    try {
      await Promise.race([staging.mapAsync(GPUMapMode.READ, 0, bytes), gone]);
      this.check();
      const copy = staging.getMappedRange(0, bytes).slice(0);
      staging.unmap();
      return copy;
    } catch (error) {
      // A device that goes fails its reads before it says that it is lost.
      this.fail(new DeviceLost('', { cause: error }));
      throw this.lost ?? error;
    } finally {
      this.waiting.delete(abandon);
    }
  }

  dispose(): void {
    this.isClosed = true;
    this.programs.clear();
    this.device.destroy();
  }

  private fail(error: LabError): void {
    this.lost ??= error;
    for (const reject of this.waiting) reject(this.lost);
    this.waiting.clear();
  }

  private async compile(kernel: Kernel, code: string): Promise<Program> {
    const { device } = this;
    const { label } = kernel;
    const layout = layoutOf(device, kernel);
    const module = device.createShaderModule({ label, code });
    try {
      const pipeline = await device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main' },
      });
      return { pipeline, layout };
    } catch (error) {
      this.programs.delete(code);
      this.check();
      throw error;
    }
  }
}

const errorOf = (error: GPUError): LabError =>
  error instanceof GPUOutOfMemoryError ? new OutOfMemory() : new LabError(m.engines_gpu_failed({ reason: error.message }), 'engine');
