/** Derivatives of the loss that some criteria score by. */
import { permutation, stream } from '../../numerics/streams.ts';
import type { Batches, Task } from '../../tasks/task.ts';
import { trainablePlanes, type Mask } from '../mask.ts';
import type { Snapshot, Tensors } from '../tensors.ts';
import type { Trainer } from '../trainer.ts';
import { criteria, type CriterionName } from './criteria.ts';

/** At one set of weights, on one batch; entries of absent weights count as any other. */
export interface Slopes {
  readonly gradient: Tensors;
  /** The Hessian times the gradient; null unless it was asked for. */
  readonly hessianGradient: Tensors | null;
}

export const needsSlopes = (criterion: CriterionName): boolean => criteria[criterion].needs.length > 0;

/** Slopes of the mean loss on `examples`, for a network of these weights under this mask. Takes network 0 of the trainer. */
export async function measureSlopes(
  trainer: Trainer,
  criterion: CriterionName,
  weights: Snapshot,
  mask: Mask,
  batches: Batches,
  examples: Uint32Array,
): Promise<Slopes> {
  trainer.start(0, { snapshot: weights, planes: trainablePlanes(mask), batches, position: 0, rateAt: () => 0 });
  const gradient = await trainer.gradients(0, examples);
  const isSecondOrder = criteria[criterion].needs.includes('hessian-vector-products');
  // Only kept weights move: the gradient's norm that GraSP preserves is theirs.
  return { gradient, hessianGradient: isSecondOrder ? await trainer.hessianVectorProduct(0, examples, withinMask(gradient, mask)) : null };
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
