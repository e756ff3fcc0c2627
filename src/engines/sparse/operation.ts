/** A layer as the engine runs it, on one network at a time. */
import type { Matrix } from './linear.ts';
import type { Store } from './parameters.ts';

/** One network in memory, as operations see it. */
export interface Memory {
  /** By parameter name. */
  readonly stores: ReadonlyMap<string, Store>;
  /** Addresses of the untrained buffers, by name. */
  readonly buffers: ReadonlyMap<string, number>;
  /** Of the operations that have one. */
  readonly matrices: readonly Matrix[];
}

/** What is known to be there, by its name in the model. */
export function found<Thing>(things: ReadonlyMap<string, Thing>, name: string): Thing {
  const thing = things.get(name);
  if (thing === undefined) throw new Error(`the network has no ${name}`);
  return thing;
}

/** How an operation adds its part to the gradient of a layer it reads. Backward, readers come last to first. */
export interface Contribution {
  /** Another reader has written before: add to it. */
  readonly accumulate: boolean;
  /** It is the last to write and undoes the layer's ReLU as it does. */
  readonly masks: boolean;
}

/** Whose mean and variance batch normalisation takes: the running ones, the batch's, or the batch's with the running ones following. */
export type Statistics = 'running' | 'batch' | 'followed';

export interface Operation {
  /** Computes the output from the inputs; the first `count` examples are real, the rest is padding. */
  forward(network: Memory, count: number, statistics: Statistics): void;
  /** From the output's gradient, the inputs' gradients and those of the trained weights. */
  backward(network: Memory, count: number): void;
}
