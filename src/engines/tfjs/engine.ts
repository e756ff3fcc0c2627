/** The reference engine: every family, on whichever tfjs backend there is. Loads the tensor library; import it where it is used. */
import { volume, type Layer, type LayerKind, type Model } from '../../models/model.ts';
import type { Optimizer } from '../../science/recipe/schema.ts';
import type { Engine, Need, TrainerPlan } from '../../science/trainer.ts';
import { ARITHMETIC } from '../arithmetic.ts';
import type { TfjsBackend } from '../probe.ts';
import { Backend, type BackendOptions } from './backend.ts';
import { TfjsTrainer } from './trainer.ts';

const layers: readonly LayerKind[] = [
  'dense',
  'conv2d',
  'max-pool',
  'average-pool',
  'global-average-pool',
  'batch-norm',
  'relu',
  'tanh',
  'add',
];

const optimizers: readonly Optimizer['type'][] = ['sgd', 'momentum', 'adam'];

const met = new Set<Need>([
  'frozen-weights',
  'dense-gradients',
  'hessian-vector-products',
  ...optimizers.map((type): Need => `optimizer:${type}`),
  ...layers.map((kind): Need => `layer:${kind}`),
]);

/** Rejects with a `LabError` where the backend does not start. */
export async function createTfjsEngine(backendName: TfjsBackend, options: BackendOptions = {}): Promise<Engine> {
  let backend = await Backend.open(backendName, options);
  const trainers = new Set<TfjsTrainer>();
  const close = (): void => {
    for (const trainer of trainers) trainer.dispose();
    backend.dispose();
  };
  return {
    name: 'tfjs',
    backend: backendName,
    arithmeticVersion: ARITHMETIC,
    // Browsers and GPUs round exponentials and sum products each in their own way.
    deterministic: false,
    missing: (needs) => needs.filter((need) => !met.has(need)),
    capacity: () => 1,
    async createTrainer(plan: TrainerPlan) {
      if (backend.isLost) {
        // The old trainers are of no use any more; a new one may find the GPU back.
        close();
        backend = await Backend.open(backendName, options);
      }
      const trainer = new TfjsTrainer(backend, plan, evaluationBatch(plan.model, backendName), () => trainers.delete(trainer));
      trainers.add(trainer);
      return trainer;
    },
    dispose: close,
  };
}

/** Multiplications of a forward pass that take about 20 ms. */
const workOfOneBatch: Readonly<Record<TfjsBackend, number>> = { webgpu: Infinity, webgl: Infinity, wasm: 5e7, cpu: 5e6 };

/** Examples that are evaluated at once: enough to keep a GPU busy, few enough that a pause is answered in time. */
const evaluationBatch = (model: Model, backend: TfjsBackend): number =>
  Math.max(16, Math.min(1000, Math.floor(workOfOneBatch[backend] / model.layers.reduce((sum, layer) => sum + multiplications(layer), 1))));

function multiplications(layer: Layer): number {
  switch (layer.kind) {
    case 'dense':
      return layer.inputs * layer.units;
    case 'conv2d':
      return volume(layer.output) * layer.kernel * layer.kernel * layer.input.channels;
    default:
      return volume(layer.output);
  }
}
