/**
 * Where activations and their gradients lie: features in canonical order, each a run of `stride` bytes (the batch),
 * images inside a border of zeros that stands for the padding of the convolutions that read them.
 */
import type { Shape } from '../../models/model.ts';
import type { Place } from '../places.ts';
import type { Background } from './background.ts';
import type { Heap } from './heap.ts';

/** Examples are computed in whole blocks of this many. */
const BLOCK = 32;

export const paddedBatch = (batchSize: number): number => Math.ceil(batchSize / BLOCK) * BLOCK;

export class Slot {
  /** Width of the border of zeros, in positions. */
  halo = 0;
  readonly shape: Shape;
  /** What is done to a layer's output in place. */
  readonly activation: Place['activation'];
  /** Address of the first feature of the first position. */
  value = 0;
  /** The same of the gradient; 0 where none is wanted (the data). */
  gradient = 0;
  /** Of data that is kept as its difference from the background. */
  background: Background | null = null;

  constructor(
    { shape, activation }: Place,
    /** Bytes of one feature. */
    readonly stride: number,
  ) {
    this.shape = shape;
    this.activation = activation;
  }

  /** Bytes from a position to its right neighbour. */
  get right(): number {
    return this.shape.channels * this.stride;
  }

  /** Bytes from a position to the one below. */
  get down(): number {
    return (this.shape.width + 2 * this.halo) * this.right;
  }

  /** Bytes of one row of positions, without the border. */
  get rowBytes(): number {
    return this.shape.width * this.right;
  }

  /** Whether features follow each other without a gap. */
  get isContiguous(): boolean {
    return this.halo === 0 || (this.shape.height === 1 && this.shape.width === 1);
  }

  /** Byte offset of a feature, counted in canonical order, from the first one. */
  offsetOf(feature: number): number {
    const { width, channels } = this.shape;
    const perRow = width * channels;
    return Math.floor(feature / perRow) * this.down + (feature % perRow) * this.stride;
  }

  allocate(heap: Heap, withGradient: boolean): void {
    const size = (this.shape.height + 2 * this.halo) * this.down;
    const corner = this.halo * (this.down + this.right);
    this.value = heap.allocate(size) + corner;
    if (withGradient) this.gradient = heap.allocate(size) + corner;
  }
}
