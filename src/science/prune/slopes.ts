/** Derivatives of the loss that some criteria score by. */
import { permutation, stream } from '../../numerics/streams.ts';
import type { Model } from '../../models/model.ts';
import type { Batches, Task } from '../../tasks/task.ts';
import { trainablePlanes, type Mask } from '../mask.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Snapshot, Tensors } from '../tensors.ts';
import type { Trainer } from '../trainer.ts';
import { criteria, type CriterionName } from './criteria.ts';

type Scoring = Pick<Recipe['pruning'], 'criterion' | 'temperature'>;

/** At one set of weights, on one batch; entries of absent weights count as any other. */
export interface Slopes {
  readonly gradient: Tensors;
  /** The Hessian times the gradient; null unless it was asked for. */
  readonly hessianGradient: Tensors | null;
}

export const needsSlopes = (criterion: CriterionName): boolean => criteria[criterion].needs.length > 0;

/**
 * Slopes of the mean loss on `examples`, for a network of these weights under this mask. Takes network 0 of the trainer.
 * Where second derivatives are asked for, the loss is that of the logits divided by the recipe's temperature, in both passes.
 */
export async function measureSlopes(
  trainer: Trainer,
  model: Model,
  { criterion, temperature }: Scoring,
  weights: Snapshot,
  mask: Mask,
  batches: Batches,
  examples: Uint32Array,
): Promise<Slopes> {
  const isSecondOrder = criteria[criterion].needs.includes('hessian-vector-products');
  // The layer of the logits divided by τ makes them so. By the chain rule each derivative by its parameters is divided once, too.
  const cooled = isSecondOrder && temperature !== 1 ? logitsDivided(model, temperature) : (tensors: Tensors): Tensors => tensors;
  const snapshot = { ...weights, parameters: cooled(weights.parameters) };
  trainer.start(0, { snapshot, planes: trainablePlanes(mask), batches, position: 0, rateAt: () => 0 });
  const gradient = cooled(await trainer.gradients(0, examples));
  if (!isSecondOrder) return { gradient, hessianGradient: null };
  // Only kept weights move: the gradient's norm that GraSP preserves is theirs.
  const vector = cooled(withinMask(gradient, mask));
  return { gradient, hessianGradient: cooled(await trainer.hessianVectorProduct(0, examples, vector)) };
}

/** Divides the parameters of the layer that puts out the logits. Throws RangeError where they come from no dense layer. */
function logitsDivided(model: Model, temperature: number): (tensors: Tensors) => Tensors {
  const last = model.layers[model.layers.length - 1];
  if (last.kind !== 'dense') throw new RangeError('a temperature is defined here for networks that end in a dense layer');
  return (tensors) =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, values]) => [
        name,
        name === last.weight || name === last.bias ? values.map((value) => value / temperature) : values,
      ]),
    );
}

function withinMask(tensors: Tensors, mask: Mask): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, values]) => {
      if (!Object.hasOwn(mask, name)) return [name, values];
      const { bytes } = mask[name];
      return [name, values.map((value, index) => ((bytes[index >> 3] >> (index & 7)) & 1 ? value : 0))];
    }),
  );
}

/**
 * As many training examples of every class, drawn from a stream of the seed: SNIP's paper takes 100 digits, GraSP's ten
 * of each class. Fewer where a class has not that many. Waits for the data.
 */
export async function scoringExamples(task: Task, train: Uint32Array, perClass: number, seed: number): Promise<Uint32Array> {
  await task.ready(train);
  const left = new Array<number>(task.classes).fill(perClass);
  const order = permutation(stream(seed, 'score'), train.length);
  return order.map((at) => train[at]).filter((example) => left[task.labels[example]]-- > 0);
}
