/** A task as engines and science see it: numbered examples, some of them perhaps still arriving. */
import type { Shape } from '../models/model.ts';

/** Inputs of all examples, example after example, in canonical [height][width][channels] order. */
export type Inputs =
  /**
   * Images stay bytes; a value is `table[byte × channels + channel]`, normalised, ready to use. Where they are `isOnBlack`
   * a good part of most is background, the byte 0.
   */
  | { readonly kind: 'bytes'; readonly values: Uint8Array; readonly table: Float32Array; readonly isOnBlack?: boolean }
  | { readonly kind: 'floats'; readonly values: Float32Array };

export interface Task {
  readonly dataset: string;
  readonly input: Shape;
  readonly classes: number;
  /** Examples numbered 0..count−1: the training pool first, then the data set's own test examples. */
  readonly count: number;
  /** Filled shard by shard; read an example only after `ready` said so. */
  readonly inputs: Inputs;
  readonly labels: Uint8Array;
  /** Resolves when all these examples have arrived; rejects with the loader's error. */
  ready(examples: Uint32Array): Promise<void>;
}

/** Which examples a seed trains, validates and tests on. */
export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

/** The seed's batches by position: a pure function, the same at every level and in every arm. */
export interface Batches {
  readonly batchSize: number;
  /** The examples of the batch at a position; the array may be reused by the next call. */
  at(position: number): Uint32Array;
}
