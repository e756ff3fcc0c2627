/** One network of a trainer: its parameters as they exist, and how far it has come. */
import { volume, type Model } from '../../models/model.ts';
import type { Planes } from '../../science/mask.ts';
import type { Snapshot, Tensors } from '../../science/tensors.ts';
import type { NetworkStart } from '../../science/trainer.ts';
import type { Batches } from '../../tasks/task.ts';
import type { Examples, FeatureList } from './examples.ts';
import type { Graph } from './graph.ts';
import type { Heap } from './heap.ts';
import type { Matrix } from './linear.ts';
import { found, type Memory } from './operation.ts';
import { NONE, Store } from './parameters.ts';

/** What all networks of a trainer share. */
export interface Common {
  readonly heap: Heap;
  readonly model: Model;
  readonly graph: Graph;
  readonly examples: Examples;
  /** Names of what the optimiser keeps of each weight. */
  readonly moments: readonly string[];
}

export class Network implements Memory {
  readonly batches: Batches;
  readonly rateAt: (position: number) => number;
  readonly buffers: ReadonlyMap<string, number>;
  position: number;
  /** Optimiser steps since the start. */
  steps = 0;
  /** In canonical order. */
  stores: ReadonlyMap<string, Store> = new Map();
  matrices: readonly Matrix[] = [];
  /** Features of the data that some kept weight reads. */
  features: FeatureList;
  private featureBlock: number | null = null;

  constructor(
    private readonly common: Common,
    start: NetworkStart,
  ) {
    this.batches = start.batches;
    this.rateAt = start.rateAt;
    this.position = start.position;
    this.features = common.examples.whole;
    this.buffers = new Map(common.model.buffers.map(({ name, size }) => [name, common.heap.allocate(4 * size)]));
    this.build(start.planes);
    this.write(start.snapshot);
  }

  read(): Snapshot {
    const parameters: Record<string, Float32Array> = {};
    const buffers: Record<string, Float32Array> = {};
    for (const [name, store] of this.stores) parameters[name] = store.read(store.weights);
    for (const { name, size } of this.common.model.buffers) {
      const from = found(this.buffers, name) >> 2;
      buffers[name] = this.common.heap.f32.slice(from, from + size);
    }
    return { parameters, buffers };
  }

  write({ parameters, buffers }: Snapshot): void {
    for (const [name, store] of this.stores) store.write(store.weights, parameters[name]);
    for (const { name } of this.common.model.buffers) this.common.heap.f32.set(buffers[name], found(this.buffers, name) >> 2);
  }

  readOptimizer(): Tensors {
    const state: Record<string, Float32Array> = {};
    for (const [name, store] of this.stores) {
      this.common.moments.forEach((moment, index) => (state[`${name}/${moment}`] = store.read(store.moments[index])));
    }
    return state;
  }

  writeOptimizer(state: Tensors): void {
    for (const [name, store] of this.stores) {
      this.common.moments.forEach((moment, index) => store.writeMoment(store.moments[index], state[`${name}/${moment}`]));
    }
  }

  setPlanes(planes: Planes): void {
    const snapshot = this.read();
    const optimizer = this.readOptimizer();
    this.freeParameters();
    this.build(planes);
    this.write(snapshot);
    this.writeOptimizer(optimizer);
  }

  /** Adds the last pass's gradient by a parameter, its absent and frozen weights included, to `total`. */
  addGradient(parameter: string, total: Float64Array): void {
    const linear = this.common.graph.linears.find(({ layer }) => layer.weight === parameter);
    if (linear !== undefined) {
      linear.addDenseGradient(total);
      return;
    }
    const store = this.stores.get(parameter);
    store?.read(store.gradient).forEach((value, index) => (total[index] += value));
  }

  free(): void {
    this.freeParameters();
    for (const address of this.buffers.values()) this.common.heap.free(address);
  }

  private build(planes: Planes): void {
    const { heap, model, graph, moments } = this.common;
    const linears = new Map(graph.linears.map((linear) => [linear.layer.weight, linear]));
    const matrices = new Map<string, Matrix>();
    const stores = new Map<string, Store>();
    for (const parameter of model.parameters) {
      const linear = linears.get(parameter.name);
      const matrix = linear?.build(planes[parameter.name], parameter, moments.length);
      if (matrix !== undefined) matrices.set(parameter.name, matrix);
      stores.set(parameter.name, matrix?.store ?? new Store(heap, parameter, null, NONE, null, moments.length));
    }
    this.stores = stores;
    this.matrices = graph.linears.map(({ layer }) => found(matrices, layer.weight));
    this.findFeatures();
  }

  private freeParameters(): void {
    const { heap, examples } = this.common;
    for (const store of this.stores.values()) store.free();
    if (this.featureBlock !== null) heap.free(this.featureBlock);
    this.featureBlock = null;
    this.features = examples.whole;
  }

  private findFeatures(): void {
    const { graph, model, examples } = this.common;
    if (graph.readsWholeInput) return;
    const isRead = new Uint8Array(volume(model.input));
    graph.linears.forEach(({ input }, index) => {
      if (input === graph.input) this.matrices[index].isRead.forEach((read, feature) => (isRead[feature] |= read));
    });
    const features: number[] = [];
    isRead.forEach((read, feature) => {
      if (read) features.push(feature);
    });
    if (features.length === isRead.length) return;
    this.features = examples.place(features);
    this.featureBlock = this.features.at;
  }
}
