import { createSparseEngine } from '../../../../src/engines/sparse/engine.ts';
import { Heaps, type Heap } from '../../../../src/engines/sparse/heap.ts';
import { SparseTrainer } from '../../../../src/engines/sparse/trainer.ts';
import { compileKernels } from '../../../../src/engines/sparse/wasm.ts';
import type { Bench } from '../suites/setup.ts';

/** Remembers the memories that it hands out. */
class WatchedHeaps extends Heaps {
  readonly taken = new Set<Heap>();

  override take(): Heap {
    const heap = super.take();
    this.taken.add(heap);
    return heap;
  }
}

/** The engine with its memories in sight. */
export async function openSparse(): Promise<Bench & { readonly heaps: WatchedHeaps }> {
  const heaps = new WatchedHeaps(await compileKernels());
  return {
    engine: { ...(await createSparseEngine()), createTrainer: (plan) => Promise.resolve(new SparseTrainer(heaps, plan)) },
    heaps,
    inUse: () => [...heaps.taken].reduce((sum, { allocated }) => sum + allocated, 0),
  };
}
