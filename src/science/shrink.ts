/**
 * A network without the units that its mask cut off: the same function of the same weights, in smaller matrices. What is
 * known of the network outside stays in its full shape.
 */
import type { Model } from '../models/model.ts';
import type { Drawing } from './draw.ts';
import { bitsWhere, getBit, type Bits, type Planes } from './mask.ts';
import { keptUnits } from './prune/units.ts';
import type { Recipe } from './recipe/schema.ts';
import type { Snapshot, Tensors } from './tensors.ts';
import type { NetworkStart, Trainer } from './trainer.ts';

/** The recipe of the small network, and, for each of its parameters, where in the large one its values are. */
export interface Shrinking {
  readonly recipe: Recipe;
  readonly places: Readonly<Record<string, Uint32Array>>;
}

/** Null unless the recipe cuts whole units and leaves nothing of them: units that are frozen or whole must stay. */
export function shrinkingOf(recipe: Recipe, model: Model, { mask }: Drawing): Shrinking | null {
  if (recipe.pruning.structure !== 'neurons' || recipe.rewind.cut !== 'zero') return null;
  const units = keptUnits(model, mask).map(indices);
  if (units.some(({ length }) => length === 0)) return null;
  const small = { ...recipe, model: { ...recipe.model, hidden: units.map(({ length }) => length) } };
  const ends = [...units, Uint32Array.from({ length: model.classes }, (_, at) => at)];
  const places: Record<string, Uint32Array> = {};
  let from = Uint32Array.from({ length: model.parameters[0].shape[1] }, (_, at) => at);
  model.layers
    .filter((layer) => layer.kind === 'dense')
    .forEach(({ weight, bias, inputs }, index) => {
      const to = ends[index];
      places[weight] = Uint32Array.from({ length: to.length * from.length }, (_, at) => {
        return to[Math.floor(at / from.length)] * inputs + from[at % from.length];
      });
      places[bias] = to;
      from = to;
    });
  return { recipe: small, places };
}

function indices(bits: Bits): Uint32Array<ArrayBuffer> {
  const all = Uint32Array.from({ length: bits.size }, (_, at) => at);
  return all.filter((at) => getBit(bits, at));
}

/**
 * The large network's trainer, whose work is done by the small one's (network 0 of `inner`). What was cut off has no
 * slope, no moment and no weight; its biases stay as they were given.
 */
export class ShrunkTrainer implements Trainer {
  readonly networks = 1;
  private given: Snapshot = { parameters: {}, buffers: {} };

  constructor(
    private readonly inner: Trainer,
    private readonly places: Shrinking['places'],
    private readonly model: Model,
  ) {}

  start(network: number, { snapshot, planes, ...others }: NetworkStart): void {
    this.given = snapshot;
    this.inner.start(network, { ...others, snapshot: this.gathered(snapshot), planes: this.gatheredPlanes(planes) });
  }

  train: Trainer['train'] = (until, control) => this.inner.train(until, control);
  metrics: Trainer['metrics'] = (network, examples, control) => this.inner.metrics(network, examples, control);

  async gradients(network: number, examples: Uint32Array): Promise<Tensors> {
    return this.scattered(await this.inner.gradients(network, examples));
  }

  async hessianVectorProduct(network: number, examples: Uint32Array, vector: Tensors): Promise<Tensors> {
    const product = await this.inner.hessianVectorProduct(network, examples, this.gatheredTensors(vector));
    return this.scattered(product);
  }

  async read(network: number): Promise<Snapshot> {
    const { parameters, buffers } = await this.inner.read(network);
    const whole = this.scattered(parameters);
    for (const { name, prunable } of this.model.parameters)
      if (!prunable) keepGiven(whole[name], this.given.parameters[name], this.places[name]);
    return { parameters: whole, buffers };
  }

  write(network: number, snapshot: Snapshot): void {
    this.given = snapshot;
    this.inner.write(network, this.gathered(snapshot));
  }

  async readOptimizer(network: number): Promise<Tensors> {
    return this.scattered(await this.inner.readOptimizer(network));
  }

  writeOptimizer(network: number, state: Tensors): void {
    this.inner.writeOptimizer(network, this.gatheredTensors(state));
  }

  setPlanes(network: number, planes: Planes): void {
    this.inner.setPlanes(network, this.gatheredPlanes(planes));
  }

  dispose(): void {
    this.inner.dispose();
  }

  private gathered({ parameters, buffers }: Snapshot): Snapshot {
    return { parameters: this.gatheredTensors(parameters), buffers };
  }

  private gatheredTensors(tensors: Tensors): Tensors {
    return Object.fromEntries(
      Object.entries(tensors).map(([key, values]) => [key, Float32Array.from(this.placesOf(key), (place) => values[place])]),
    );
  }

  private gatheredPlanes(planes: Planes): Planes {
    const bits = (name: string, from: Bits): Bits => {
      const places = this.placesOf(name);
      return bitsWhere(places.length, (at) => getBit(from, places[at]));
    };
    return Object.fromEntries(
      Object.entries(planes).map(([name, { present, trainable }]) => [
        name,
        { present: bits(name, present), trainable: bits(name, trainable) },
      ]),
    );
  }

  /** In the large network's shapes; zero where the small one has nothing. */
  private scattered(tensors: Tensors): Record<string, Float32Array> {
    const sizes = new Map(this.model.parameters.map(({ name, size }) => [name, size]));
    return Object.fromEntries(
      Object.entries(tensors).map(([key, values]) => {
        const whole = new Float32Array(sizes.get(parameterOf(key)) ?? 0);
        this.placesOf(key).forEach((place, at) => (whole[place] = values[at]));
        return [key, whole];
      }),
    );
  }

  private placesOf = (key: string): Uint32Array => this.places[parameterOf(key)];
}

/** Optimiser state is keyed `layer/parameter/moment`. */
const parameterOf = (key: string): string => key.split('/').slice(0, 2).join('/');

/** The given values everywhere but at `places`. */
function keepGiven(values: Float32Array, given: Float32Array, places: Uint32Array): void {
  const inner = Float32Array.from(places, (place) => values[place]);
  values.set(given);
  places.forEach((place, at) => (values[place] = inner[at]));
}
