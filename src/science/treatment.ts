/**
 * What becomes of kept and of cut weights before a ticket trains (Zhou et al. 2019, §4): are the kept values needed, or
 * only their signs; is zero the right value for a cut weight, or only where training was taking it there anyway?
 */
import { prunableParameters, type Model, type Parameter } from '../models/model.ts';
import { permutation, stream } from '../numerics/streams.ts';
import { deviations, initialise } from './init.ts';
import { bitsWhere, getBit, trainablePlanes, type Bits, type Mask, type Planes } from './mask.ts';
import type { Recipe } from './recipe/schema.ts';
import type { Snapshot, Tensors } from './tensors.ts';

/** All that a treatment may look at. */
export interface Beginning {
  readonly recipe: Recipe;
  readonly model: Model;
  readonly seed: number;
  readonly level: number;
  readonly mask: Mask;
  /** The ticket that the mask was cut from. */
  readonly parent: { readonly final: Snapshot };
}

/** The rewound weights with the recipe's treatment of the kept ones. Biases stay as they were rewound. */
export function treatKept(beginning: Beginning, rewound: Snapshot): Snapshot {
  const treatment = keptTreatments[beginning.recipe.rewind.kept];
  if (treatment === null) return rewound;
  const treated = prunableParameters(beginning.model).map((parameter) => [parameter.name, treatment(beginning, parameter, rewound)]);
  return { ...rewound, parameters: { ...rewound.parameters, ...(Object.fromEntries(treated) as Tensors) } };
}

type KeptTreatment = (beginning: Beginning, parameter: Parameter, rewound: Snapshot) => Float32Array;

/** By the recipe's word; each makes one parameter's values. */
const keptTreatments: Readonly<Record<Recipe['rewind']['kept'], KeptTreatment | null>> = {
  rewound: null,
  /** A new draw of the init, of a stream of its own: unlike the `reinit` arm, biases and schedule are the ticket's. */
  fresh: ({ model, recipe, seed, level }, { name }) => initialise(model, recipe.model.init, seed, `fresh/${level}`).parameters[name],
  /** The kept values in a new order among the kept places of the layer. */
  shuffled: ({ mask, seed, level }, { name }, { parameters }) =>
    rearranged(parameters[name], mask[name], seed, `shuffled-init/${level}/${name}`, (_, other) => other),
  /** ± the standard deviation of the layer's init, with the sign of each weight. */
  constant: ({ recipe }, { name, filling }, { parameters }) => {
    const deviation = filling.kind === 'random' ? deviations[recipe.model.init](filling) : 0;
    return parameters[name].map((value) => Math.sign(value) * deviation);
  },
  /** Each kept weight's size with the sign of another. */
  'shuffled-signs': ({ mask, seed, level }, { name }, { parameters }) =>
    rearranged(parameters[name], mask[name], seed, `shuffled-signs/${level}/${name}`, (own, other) => Math.abs(own) * Math.sign(other)),
};

/** At every kept place, what is made of its own value and that of a random partner, each kept place being one's partner once. */
function rearranged(
  values: Float32Array,
  bits: Bits,
  seed: number,
  streamName: string,
  make: (own: number, other: number) => number,
): Float32Array {
  const places: number[] = [];
  for (let index = 0; index < bits.size; index++) if (getBit(bits, index)) places.push(index);
  const order = permutation(stream(seed, streamName), places.length);
  const result = values.slice();
  places.forEach((place, at) => (result[place] = make(values[place], values[places[order[at]]])));
  return result;
}

/** Start and planes with the recipe's treatment of cut weights, whose frozen value is their `init`. */
export function withCutWeights(
  beginning: Beginning,
  start: Snapshot,
  init: Snapshot,
): { readonly start: Snapshot; readonly planes: Planes } {
  const { recipe, model, mask, parent } = beginning;
  if (recipe.rewind.cut === 'zero') return { start, planes: trainablePlanes(mask) };
  const planes: Record<string, Planes[string]> = {};
  const parameters: Record<string, Float32Array> = { ...start.parameters };
  for (const { name, size } of prunableParameters(model)) {
    const [was, became] = [init.parameters[name], parent.final.parameters[name]];
    const isFrozen = (index: number): boolean => recipe.rewind.cut === 'frozen' || Math.abs(became[index]) >= Math.abs(was[index]);
    planes[name] = { present: bitsWhere(size, (index) => getBit(mask[name], index) || isFrozen(index)), trainable: mask[name] };
    parameters[name] = start.parameters[name].map((value, index) => (getBit(mask[name], index) ? value : was[index]));
  }
  return { start: { ...start, parameters }, planes };
}
