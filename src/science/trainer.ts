/**
 * The contract that every engine fulfils. An engine does the arithmetic and draws no random number:
 * init, batches, masks and learning rates are given to it.
 */
import type { LayerKind, Model } from '../models/model.ts';
import type { Batches, Task } from '../tasks/task.ts';
import type { Planes } from './mask.ts';
import type { Optimizer } from './recipe/schema.ts';
import type { Metrics, Snapshot, Tensors } from './tensors.ts';

export type EngineName = 'tfjs' | 'sparse' | 'webgpu';

export interface EngineIdentity {
  readonly name: EngineName;
  /** tfjs: `webgpu`, `webgl`, `wasm` or `cpu`; otherwise null. */
  readonly backend: string | null;
  /** Raised whenever the engine's arithmetic, and so its fingerprints, change. */
  readonly arithmeticVersion: number;
  /** Whether the same run gives the same bits on every machine. */
  readonly deterministic: boolean;
}

/** What a recipe asks of an engine, known before anything runs. */
export type Need =
  `layer:${LayerKind}` | `optimizer:${Optimizer['type']}` | 'frozen-weights' | 'dense-gradients' | 'hessian-vector-products';

export interface Engine extends EngineIdentity {
  /** The graphics card, as it calls itself, where the engine knows. */
  readonly adapter?: string;
  /** The needs this engine cannot fulfil; empty means the recipe can run. */
  missing(needs: readonly Need[]): readonly Need[];
  /** How many networks of a plan gain from sharing a trainer, as far as memory goes: 1 where they would train one after the other. */
  capacity(plan: NetworkPlan): number;
  /** Rejects with a `LabError`: an `OutOfMemory` where the device has no room for so many. */
  createTrainer(plan: TrainerPlan): Promise<Trainer>;
  /** Releases everything, trainers included. */
  dispose(): void;
}

/** What all networks of a trainer have in common. */
export interface NetworkPlan {
  readonly model: Model;
  readonly task: Task;
  readonly optimizer: Optimizer;
  /** L2 penalty: weightDecay × w is added to the gradient of every trainable parameter, biases included. */
  readonly weightDecay: number;
  readonly batchSize: number;
}

/** Several networks of one shape, trained side by side. */
export interface TrainerPlan extends NetworkPlan {
  readonly networks: number;
}

/** One network's beginning. The trainer copies what it is given; optimiser state starts at zero, its step count at 0. */
export interface NetworkStart {
  readonly snapshot: Snapshot;
  /** Absent weights are zero whatever the snapshot holds there. */
  readonly planes: Planes;
  /** Positions in the seed's batch order. */
  readonly batches: Batches;
  /** First position to train. */
  readonly position: number;
  /** Learning rate of the step at a position. */
  readonly rateAt: (position: number) => number;
}

/** How a long call stays polite: the trainer asks before each slice of work. */
export interface Control {
  /** Resolves when work may go on: lets messages in, waits while paused, throws `Cancelled` when cancelled. */
  breathe(): Promise<void>;
  /** True when about 10 ms have passed since the last breath. */
  due(): boolean;
}

export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export interface Trainer {
  readonly networks: number;
  start(network: number, start: NetworkStart): void;
  /**
   * Trains every network up to (not including) its position `until[network]`; a network already there rests, and up to 0
   * one that was not started. Meanwhile networks that rest may be started, written, read and measured.
   * Returns per network the batch losses of the steps just done, in order: one by one, since a sum of sums would depend on
   * how the steps fell into calls. None where it rested; from where it diverged on they are not finite.
   */
  train(until: readonly number[], control: Control): Promise<readonly (readonly number[])[]>;
  /** Accuracy (0..1) and mean cross-entropy of a network on examples of the task. */
  metrics(network: number, examples: Uint32Array, control: Control): Promise<Metrics>;
  /** Gradient of the mean loss on these examples, of absent and frozen weights too. */
  gradients(network: number, examples: Uint32Array): Promise<Tensors>;
  /** Hessian of the mean loss on these examples times `vector` (one entry per parameter; absent ones count as any other). */
  hessianVectorProduct(network: number, examples: Uint32Array, vector: Tensors): Promise<Tensors>;
  /** A copy of the network as it stands. */
  read(network: number): Promise<Snapshot>;
  write(network: number, snapshot: Snapshot): void;
  /** Optimiser state by `parameter/moment` (`/velocity`; `/m` and `/v`). */
  readOptimizer(network: number): Promise<Tensors>;
  writeOptimizer(network: number, state: Tensors): void;
  /** Changes the masks while training: what becomes absent turns zero with its moments; what becomes present starts at zero. */
  setPlanes(network: number, planes: Planes): void;
  dispose(): void;
}
