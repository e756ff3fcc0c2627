/** The engine without a GPU: work shrinks with the weights kept, and the same run gives the same bits on every machine. */
import type { LayerKind } from '../../models/model.ts';
import type { Optimizer } from '../../science/recipe/schema.ts';
import type { Engine, Need } from '../../science/trainer.ts';
import { ARITHMETIC } from '../arithmetic.ts';
import { Heaps } from './heap.ts';
import { SparseTrainer } from './trainer.ts';
import { compileKernels } from './wasm.ts';

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

export async function createSparseEngine(): Promise<Engine> {
  const heaps = new Heaps(await compileKernels());
  return {
    name: 'sparse',
    backend: null,
    arithmeticVersion: ARITHMETIC,
    deterministic: true,
    missing: (needs) => needs.filter((need) => !met.has(need)),
    capacity: () => 1,
    createTrainer: (plan) => Promise.resolve(new SparseTrainer(heaps, plan)),
    dispose: () => heaps.drop(),
  };
}
