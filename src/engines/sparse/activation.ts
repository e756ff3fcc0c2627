/** ReLU and tanh, in place of what the operation before them wrote. */
import type { Heap } from './heap.ts';
import type { Operation } from './operation.ts';
import type { Slot } from './slots.ts';

export class Activation implements Operation {
  constructor(
    private readonly heap: Heap,
    private readonly slot: Slot,
    /** What a neighbouring operation does on its way. */
    private readonly fused: { readonly forward: boolean; readonly backward: boolean },
  ) {}

  forward(): void {
    if (this.fused.forward) return;
    const { value, shape, rowBytes, down, activation } = this.slot;
    if (activation === 'tanh') this.heap.kernels.tanh(value, shape.height, rowBytes, down);
    else this.heap.kernels.relu(value, shape.height, rowBytes, down);
  }

  backward(): void {
    if (this.fused.backward) return;
    const { value, gradient, shape, rowBytes, down, activation } = this.slot;
    if (activation === 'tanh') this.heap.kernels.tanhGradient(gradient, value, shape.height, rowBytes, down);
    else this.heap.kernels.reluGradient(gradient, value, shape.height, rowBytes, down);
  }
}
