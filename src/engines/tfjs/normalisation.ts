/** Batch normalisation (Ioffe & Szegedy 2015) over all examples and pixels of a channel. */
import { add, keep, mul, reshape, rsqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Layer } from '../../models/model.ts';

type BatchNorm = Extract<Layer, { readonly kind: 'batch-norm' }>;

/** Where the mean and variance come from: the running ones, or the batch itself. */
export type Statistics = 'running' | 'batch' | BatchRecord;

export function normalise(layer: BatchNorm, inputs: Tensor, values: Readonly<Record<string, Tensor>>, statistics: Statistics): Tensor {
  const rows = reshape(inputs, [-1, layer.output.channels]);
  let mean = values[layer.mean];
  let variance = values[layer.variance];
  if (statistics !== 'running') {
    const share = 1 / rows.shape[0];
    mean = mul(sum(rows, 0), share);
    // Of the batch itself (divided by its size), in the running variance too.
    variance = mul(sum(square(sub(rows, mean)), 0), share);
    if (statistics !== 'batch') statistics.note(layer, mean, variance);
  }
  const scale = mul(rsqrt(add(variance, layer.epsilon)), values[layer.scale]);
  return reshape(add(mul(sub(rows, mean), scale), values[layer.shift]), inputs.shape);
}

/** Takes note of a batch's means and variances, from within the differentiated function, for the running ones. */
export class BatchRecord {
  private readonly noted = new Map<string, { readonly value: Tensor; readonly momentum: number }>();

  note({ mean: meanName, variance: varianceName, momentum }: BatchNorm, mean: Tensor, variance: Tensor): void {
    this.noted.set(meanName, { value: keep(mean), momentum });
    this.noted.set(varianceName, { value: keep(variance), momentum });
  }

  /** A running statistic after this batch. */
  follow(name: string, running: Tensor): Tensor {
    const noted = this.noted.get(name);
    return noted === undefined ? running : add(mul(running, noted.momentum), mul(noted.value, 1 - noted.momentum));
  }

  dispose(): void {
    for (const { value } of this.noted.values()) value.dispose();
  }
}
