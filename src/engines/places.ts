/**
 * How a model's layers are joined, for engines that keep each layer's output in a place of its own. An activation that alone
 * reads what it activates works in that place; every other layer is a step from places to a place.
 */
import type { Layer, Model, Shape } from '../models/model.ts';

/** Where one output lies, and what is done to it before anybody else reads it. */
export class Place {
  activation: 'none' | 'relu' | 'tanh' = 'none';

  constructor(readonly shape: Shape) {}
}

/** How a step adds its part to the gradient of a place that it reads. Backward, readers come last to first. */
export interface Contribution {
  /** Another has written before: add to it. */
  readonly accumulate: boolean;
  /** Nobody writes after it: the place's activation can be undone now. */
  readonly isLast: boolean;
}

export interface Step {
  readonly layer: Layer;
  readonly sources: readonly Place[];
  readonly output: Place;
  /** One a source. */
  readonly contributions: readonly Contribution[];
}

export interface Placement {
  readonly input: Place;
  readonly logits: Place;
  /** In order of computation. */
  readonly steps: readonly Step[];
  /** The steps' layers that read a place, in order of computation. */
  readonly readersOf: (place: Place) => readonly Layer[];
}

export function placed(model: Model): Placement {
  const places = new Map<string, Place>([['input', new Place(model.input)]]);
  const placeOf = (name: string): Place => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`no layer ${name}`);
    return place;
  };
  const timesRead = (name: string): number => model.layers.filter(({ from }) => from.includes(name)).length;
  const layers = model.layers.filter((layer) => {
    const [first] = layer.from;
    const source = placeOf(first);
    const isActivation = layer.kind === 'relu' || layer.kind === 'tanh';
    if (isActivation && first !== 'input' && source.activation === 'none' && timesRead(first) === 1) {
      source.activation = layer.kind;
      places.set(layer.name, source);
      return false;
    }
    const place = new Place(layer.output);
    if (isActivation) place.activation = layer.kind;
    places.set(layer.name, place);
    return true;
  });
  const readers = new Map<Place, Layer[]>();
  for (const layer of layers) {
    for (const source of layer.from.map(placeOf)) readers.set(source, [...(readers.get(source) ?? []), layer]);
  }
  const readersOf = (place: Place): readonly Layer[] => readers.get(place) ?? [];
  const steps = layers.map((layer): Step => {
    const sources = layer.from.map(placeOf);
    const contributions = sources.map((source, index): Contribution => {
      const all = readersOf(source);
      const writesFirst = all.at(-1) === layer && sources.indexOf(source) === index;
      return { accumulate: !writesFirst, isLast: all[0] === layer && sources.lastIndexOf(source) === index };
    });
    return { layer, sources, output: placeOf(layer.name), contributions };
  });
  return { input: placeOf('input'), logits: placeOf(model.layers[model.layers.length - 1].name), steps, readersOf };
}
