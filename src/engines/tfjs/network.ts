/** One network of a trainer: its tensors, its masks and where it stands in its training. */
import { dispose, tensor1d, where, zeros, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import type { Model } from '../../models/model.ts';
import type { Planes } from '../../science/mask.ts';
import type { Snapshot, Tensors } from '../../science/tensors.ts';
import type { NetworkStart } from '../../science/trainer.ts';
import type { Batches } from '../../tasks/task.ts';
import type { Backend } from './backend.ts';
import { layoutOf, pack, packBits, unpack, type Layout } from './layout.ts';

export interface Shapes {
  readonly parameters: Layout;
  readonly buffers: Layout;
  /** Names of the optimiser's moments. */
  readonly moments: readonly string[];
}

export const shapesOf = (model: Model, moments: readonly string[]): Shapes => ({
  parameters: layoutOf(model.parameters),
  buffers: layoutOf(model.buffers),
  moments,
});

/** The tensors that a training step replaces, each one-dimensional. */
export interface State {
  readonly weights: Tensor;
  readonly moments: readonly Tensor[];
  readonly buffers: Tensor;
}

/** Planes as boolean tensors; null where all parameters are present, or trained. */
interface Masks {
  readonly present: Tensor | null;
  readonly trainable: Tensor | null;
}

export class Network {
  readonly batches: Batches;
  readonly rateAt: (position: number) => number;
  position: number;
  /** Steps done since the start. */
  steps = 0;
  private tensors: State;
  private masks: Masks;

  constructor(
    private readonly backend: Backend,
    private readonly shapes: Shapes,
    { snapshot, planes, batches, position, rateAt }: NetworkStart,
  ) {
    this.batches = batches;
    this.rateAt = rateAt;
    this.position = position;
    this.masks = this.upload(planes);
    this.tensors = backend.run(() => ({
      ...this.loaded(snapshot),
      moments: shapes.moments.map(() => zeros([shapes.parameters.size])),
    }));
  }

  get state(): State {
    return this.tensors;
  }

  /** Which parameters take part in a step; null where all do. */
  get trainable(): Tensor | null {
    return this.masks.trainable;
  }

  /** Takes the state after one more step. */
  advance(next: State): void {
    this.replace(next);
    this.position++;
    this.steps++;
  }

  /** Frees those tensors that do not live on in `next`. */
  private replace(next: State): void {
    const before = this.tensors;
    this.tensors = next;
    if (before.weights !== next.weights) dispose(before.weights);
    if (before.buffers !== next.buffers) dispose(before.buffers);
    before.moments.forEach((moment, index) => {
      if (moment !== next.moments[index]) dispose(moment);
    });
  }

  async read(): Promise<Snapshot> {
    const { parameters, buffers } = this.shapes;
    return {
      parameters: unpack(parameters, await this.backend.read(this.tensors.weights)),
      buffers: buffers.size === 0 ? {} : unpack(buffers, await this.backend.read(this.tensors.buffers)),
    };
  }

  write(snapshot: Snapshot): void {
    this.replace({ ...this.backend.run(() => this.loaded(snapshot)), moments: this.tensors.moments });
  }

  async readOptimizer(): Promise<Tensors> {
    const { moments, parameters } = this.shapes;
    const all: Record<string, Float32Array> = {};
    for (const [index, name] of moments.entries()) {
      Object.assign(all, unpack(parameters, await this.backend.read(this.tensors.moments[index]), `/${name}`));
    }
    return all;
  }

  writeOptimizer(tensors: Tensors): void {
    const { moments, parameters } = this.shapes;
    const packed = moments.map((name) => pack(parameters, tensors, `/${name}`));
    const next = this.backend.run(() => packed.map((values) => zeroOutside(this.masks.trainable, tensor1d(values))));
    this.replace({ ...this.tensors, moments: next });
  }

  setPlanes(planes: Planes): void {
    const before = this.masks;
    this.masks = this.upload(planes);
    const { present, trainable } = this.masks;
    const { weights, moments } = this.tensors;
    const next = this.backend.run(() => ({
      weights: present === null ? weights : where(present, weights, zerosLike(weights)),
      moments: trainable === null ? [...moments] : moments.map((moment) => where(trainable, moment, zerosLike(moment))),
    }));
    this.replace({ ...this.tensors, ...next });
    free(before);
  }

  dispose(): void {
    dispose([this.tensors.weights, this.tensors.buffers, ...this.tensors.moments]);
    free(this.masks);
  }

  /** A snapshot as tensors, zero where weights are absent. Within `backend.run`. */
  private loaded(snapshot: Snapshot): { readonly weights: Tensor; readonly buffers: Tensor } {
    return {
      weights: zeroOutside(this.masks.present, tensor1d(pack(this.shapes.parameters, snapshot.parameters))),
      buffers: tensor1d(pack(this.shapes.buffers, snapshot.buffers)),
    };
  }

  private upload(planes: Planes): Masks {
    const flags = (which: 'present' | 'trainable'): Tensor | null => {
      const bits = packBits(this.shapes.parameters, planes, which);
      return bits === null ? null : this.backend.run(() => tensor1d(bits, 'bool'));
    };
    return { present: flags('present'), trainable: flags('trainable') };
  }
}

/** Chosen rather than multiplied: 0 × NaN is NaN, and 0 × −1 is −0. */
const zeroOutside = (mask: Tensor | null, values: Tensor): Tensor => (mask === null ? values : where(mask, values, zerosLike(values)));

function free({ present, trainable }: Masks): void {
  present?.dispose();
  trainable?.dispose();
}
