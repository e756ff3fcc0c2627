/** The engine on the graphics card: the lab's own kernels on a device of its own, all networks of a trainer side by side. */
import type { LayerKind } from '../../models/model.ts';
import type { Optimizer } from '../../science/recipe/schema.ts';
import type { Engine, Need } from '../../science/trainer.ts';
import { ARITHMETIC } from '../arithmetic.ts';
import { capacityOf } from './capacity.ts';
import { Gpu, type GpuOptions } from './gpu.ts';
import { WebgpuTrainer } from './trainer.ts';

const layers: readonly LayerKind[] = [
  ...(['dense', 'conv2d', 'relu', 'tanh', 'add', 'batch-norm'] as const),
  ...(['max-pool', 'average-pool', 'global-average-pool'] as const),
];
const optimizers: readonly Optimizer['type'][] = ['sgd', 'momentum', 'adam'];

const met = new Set<Need>([
  'frozen-weights',
  'dense-gradients',
  'hessian-vector-products',
  ...optimizers.map((type): Need => `optimizer:${type}`),
  ...layers.map((kind): Need => `layer:${kind}`),
]);

export interface WebgpuEngine extends Engine {
  readonly adapter: string;
  /** Buffers on the device, and their bytes. */
  readonly inUse: { readonly buffers: number; readonly bytes: number };
  /** The device, for tests that take it away. */
  readonly device: GPUDevice;
}

/** Runs whose values are kept in 16 bits are other runs: no notebook takes them for those in 32. */
const HALF = 16;

/** Rejects with a `LabError` where there is no WebGPU, or it has not what is asked of it. */
export async function createWebgpuEngine(options: GpuOptions = {}): Promise<WebgpuEngine> {
  let gpu = await Gpu.open(options);
  const { half } = gpu;
  const trainers = new Set<WebgpuTrainer>();
  const close = (): void => {
    for (const trainer of trainers) trainer.dispose();
    gpu.dispose();
  };
  return {
    name: 'webgpu',
    backend: half ? 'f16' : null,
    arithmeticVersion: half ? HALF : ARITHMETIC,
    // Graphics cards round exponentials and contract sums of products each in their own way.
    deterministic: false,
    get adapter() {
      return gpu.adapter;
    },
    get inUse() {
      return { buffers: gpu.ledger.count, bytes: gpu.ledger.bytes };
    },
    get device() {
      return gpu.device;
    },
    missing: (needs) => needs.filter((need) => !met.has(need)),
    capacity: capacityOf,
    async createTrainer(plan) {
      if (gpu.isLost) {
        // The old trainers are of no use any more; a new device may be had.
        close();
        gpu = await Gpu.open(options);
      }
      const trainer = await WebgpuTrainer.open(gpu, plan, (one) => trainers.delete(one));
      trainers.add(trainer);
      return trainer;
    },
    dispose: close,
  };
}
