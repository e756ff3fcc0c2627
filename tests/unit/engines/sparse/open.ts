import { createSparseEngine } from '../../../../src/engines/sparse/engine.ts';
import { needsImages } from '../../../../src/engines/sparse/for-images.ts';
import { kernels as forAll } from '../../../../src/engines/sparse/generated/for-all.ts';
import { Heap, Heaps } from '../../../../src/engines/sparse/heap.ts';
import { images, kernels as forImages } from '../../../../src/engines/sparse/images.ts';
import { SparseTrainer } from '../../../../src/engines/sparse/trainer.ts';
import { compileKernels } from '../../../../src/engines/sparse/wasm.ts';
import type { Bench } from '../suites/setup.ts';

/** All kernels. */
export const openModules = (): Promise<readonly WebAssembly.Module[]> => Promise.all([forAll, forImages].map(compileKernels));

/** A memory with all kernels. */
export const openHeap = async (): Promise<Heap> => new Heap(await openModules());

/** Remembers the memories that it hands out. */
class WatchedHeaps extends Heaps {
  constructor(
    modules: readonly WebAssembly.Module[],
    readonly taken: Set<Heap>,
  ) {
    super(modules);
  }

  override take(): Heap {
    const heap = super.take();
    this.taken.add(heap);
    return heap;
  }
}

/** The engine with its memories in sight. */
export async function openSparse(): Promise<Bench & { readonly taken: ReadonlySet<Heap> }> {
  const modules = await openModules();
  const taken = new Set<Heap>();
  const plain = { heaps: new WatchedHeaps(modules.slice(0, 1), taken), images: null };
  const wide = { heaps: new WatchedHeaps(modules, taken), images };
  return {
    engine: {
      ...(await createSparseEngine()),
      createTrainer: (plan) => Promise.resolve(new SparseTrainer(needsImages(plan) ? wide : plain, plan)),
    },
    taken,
    inUse: () => [...taken].reduce((sum, { allocated }) => sum + allocated, 0),
  };
}
