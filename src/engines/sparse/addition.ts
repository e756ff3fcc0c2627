/** The sum of several layers' outputs; of one alone, its copy, for an activation that may not change the original. */
import type { Heap } from './heap.ts';
import type { Contribution, Operation } from './operation.ts';
import type { Slot } from './slots.ts';

export class Addition implements Operation {
  constructor(
    private readonly heap: Heap,
    private readonly inputs: readonly Slot[],
    private readonly output: Slot,
    /** One an input. */
    private readonly contributions: readonly Contribution[],
  ) {}

  forward(): void {
    const { value, shape, rowBytes, down } = this.output;
    this.inputs.forEach((input, index) => {
      this.heap.kernels.addRows(shape.height, rowBytes, input.value, input.down, value, down, index > 0 ? 1 : 0);
    });
  }

  backward(): void {
    const { gradient, shape, rowBytes, down } = this.output;
    this.inputs.forEach((input, index) => {
      if (input.gradient === 0) return;
      const { accumulate } = this.contributions[index];
      this.heap.kernels.addRows(shape.height, rowBytes, gradient, down, input.gradient, input.down, accumulate ? 1 : 0);
    });
  }
}
