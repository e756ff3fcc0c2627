/** The engine without a GPU: work shrinks with the weights kept, and the same run gives the same bits on every machine. */
import type { LayerKind } from '../../models/model.ts';
import type { Optimizer } from '../../science/recipe/schema.ts';
import type { Engine, Need } from '../../science/trainer.ts';
import { ARITHMETIC } from '../arithmetic.ts';
import { needsImages } from './for-images.ts';
import { kernels } from './generated/for-all.ts';
import { Heaps } from './heap.ts';
import { SparseTrainer, type Workshop } from './trainer.ts';
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

/** Fetches what only images need, and joins it to the kernels that all need. */
async function openForImages(forAll: WebAssembly.Module): Promise<Workshop> {
  const { images, kernels: text } = await import('./images.ts');
  return { heaps: new Heaps([forAll, await compileKernels(text)]), images };
}

export async function createSparseEngine(): Promise<Engine> {
  const forAll = await compileKernels(kernels);
  const plain: Workshop = { heaps: new Heaps([forAll]), images: null };
  let wide: Promise<Workshop> | null = null;
  const forImages = (): Promise<Workshop> =>
    (wide ??= openForImages(forAll).catch((error: unknown) => {
      // It is tried again for the next trainer.
      wide = null;
      throw error;
    }));
  return {
    name: 'sparse',
    backend: null,
    arithmeticVersion: ARITHMETIC,
    deterministic: true,
    missing: (needs) => needs.filter((need) => !met.has(need)),
    capacity: () => 1,
    createTrainer: async (plan) => new SparseTrainer(needsImages(plan) ? await forImages() : plain, plan),
    dispose: () => {
      plain.heaps.drop();
      // Who asked for it hears that it could not be fetched.
      wide?.then(({ heaps }) => heaps.drop()).catch(() => undefined);
    },
  };
}
