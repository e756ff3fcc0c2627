/** Batch normalisation, by the batch's own statistics in training and by the running ones in evaluation. */
import type { Layer } from '../../models/model.ts';
import type { Heap } from './heap.ts';
import { found, type Contribution, type Memory, type Operation, type Statistics } from './operation.ts';
import type { Slot } from './slots.ts';

type BatchNorm = Extract<Layer, { kind: 'batch-norm' }>;

export class Normalisation implements Operation {
  /** One float a channel, of the last batch. */
  private readonly means: number;
  private readonly variances: number;
  private readonly inverses: number;

  constructor(
    private readonly heap: Heap,
    private readonly layer: BatchNorm,
    private readonly input: Slot,
    private readonly output: Slot,
    private readonly contribution: Contribution,
  ) {
    const bytes = 4 * layer.output.channels;
    this.means = heap.allocate(bytes);
    this.variances = heap.allocate(bytes);
    this.inverses = heap.allocate(bytes);
  }

  forward({ stores, buffers }: Memory, count: number, statistics: Statistics): void {
    const { layer, input, output } = this;
    const { height, width, channels } = input.shape;
    const { kernels } = this.heap;
    let [means, variances] = [found(buffers, layer.mean), found(buffers, layer.variance)];
    if (statistics !== 'running') {
      kernels.batchStatistics(
        channels,
        count,
        input.stride,
        input.value,
        height,
        width,
        input.down,
        input.right,
        this.means,
        this.variances,
      );
      if (statistics === 'followed') {
        kernels.followStatistics(channels, means, this.means, layer.momentum, 1 - layer.momentum);
        kernels.followStatistics(channels, variances, this.variances, layer.momentum, 1 - layer.momentum);
      }
      [means, variances] = [this.means, this.variances];
    }
    kernels.normalise(
      channels,
      input.stride,
      input.value,
      output.value,
      height,
      width,
      input.down,
      input.right,
      output.down,
      output.right,
      means,
      variances,
      this.inverses,
      layer.epsilon,
      found(stores, layer.scale).weights,
      found(stores, layer.shift).weights,
    );
  }

  backward({ stores }: Memory, count: number): void {
    const { layer, input, output, contribution } = this;
    const { height, width, channels } = input.shape;
    const scale = found(stores, layer.scale);
    this.heap.kernels.normaliseGradient(
      channels,
      count,
      input.stride,
      input.value,
      input.gradient,
      output.gradient,
      height,
      width,
      input.down,
      input.right,
      output.down,
      output.right,
      this.means,
      this.inverses,
      scale.weights,
      scale.gradient,
      found(stores, layer.shift).gradient,
      contribution.accumulate ? 1 : 0,
    );
  }
}
