/**
 * Sharpness: the largest eigenvalue of the Hessian of the training loss at the trained network, over the weights that
 * exist, by power iteration on Hessian-vector products (Yao et al. 2020, PyHessian; LeCun et al. 1993).
 */
import type { Model } from '../../models/model.ts';
import { log } from '../../numerics/elementary.ts';
import { normal } from '../../numerics/sampling.ts';
import { stream } from '../../numerics/streams.ts';
import type { Tensors } from '../tensors.ts';
import type { AnalysisBench } from './bench.ts';
import { combined, inner, masked } from './directions.ts';

export interface Sharpness {
  readonly eigenvalue: number;
  /** Hessian-vector products. */
  readonly iterations: number;
  /** Whether the last two estimates agree to `TOLERANCE`. */
  readonly isSettled: boolean;
}

/** Fixed training examples behind the Hessian: the first of the split, at most. Its products cost far more than a step. */
export const SHARPNESS_EXAMPLES = 256;
const MOST_ITERATIONS = 100;
/** Relative. */
const TOLERANCE = 1e-4;

export async function sharpness(bench: AnalysisBench): Promise<Sharpness> {
  const { trainer, model, drawing, run, final, steps } = bench;
  const { mask, planes, rateAt } = drawing;
  trainer.start(0, { snapshot: final, planes, batches: bench.batches('order'), position: steps, rateAt });
  const examples = bench.split.train.subarray(0, SHARPNESS_EXAMPLES);
  const apply = async (vector: Tensors): Promise<Tensors> => masked(model, mask, await trainer.hessianVectorProduct(0, examples, vector));
  const source = stream(run.seed, 'sharpness');
  const random = Object.fromEntries(model.parameters.map(({ name, size }) => [name, new Float32Array(size).map(() => normal(source))]));
  const begin = masked(model, mask, random);
  let done = 0;
  const counted = async (vector: Tensors): Promise<Tensors> => {
    await bench.control.breathe();
    done++;
    return apply(vector);
  };
  /** Of the way to the tolerance, counted in digits: how many products it takes is known only at the end. */
  let share = 0;
  const changed = (relative: number): void => {
    share = Math.max(share, Math.min(1, log(Math.max(relative, TOLERANCE)) / log(TOLERANCE)));
    bench.progress(share);
  };
  const first = await dominant(model, begin, counted, changed);
  if (first.eigenvalue >= 0) return { ...first, iterations: done };
  // The eigenvalue of greatest magnitude is negative: seen from there, the largest is the farthest.
  const shift = first.eigenvalue;
  const shifted = async (vector: Tensors): Promise<Tensors> =>
    combined(model, [
      [1, await counted(vector)],
      [-shift, vector],
    ]);
  const second = await dominant(model, begin, shifted, changed);
  return { eigenvalue: second.eigenvalue + shift, iterations: done, isSettled: second.isSettled };
}

/** The eigenvalue of greatest magnitude of a symmetric map. */
async function dominant(
  model: Model,
  begin: Tensors,
  apply: (vector: Tensors) => Promise<Tensors>,
  changed: (relative: number) => void,
): Promise<{ readonly eigenvalue: number; readonly isSettled: boolean }> {
  const unit = (vector: Tensors): Tensors | null => {
    const length = Math.sqrt(inner(model, vector, vector));
    return length === 0 ? null : combined(model, [[1 / length, vector]]);
  };
  let vector = unit(begin);
  let eigenvalue = 0;
  for (let iteration = 0; iteration < MOST_ITERATIONS && vector !== null; iteration++) {
    const next = await apply(vector);
    const estimate = inner(model, vector, next);
    const isSettled = iteration > 0 && Math.abs(estimate - eigenvalue) <= TOLERANCE * Math.abs(estimate);
    if (iteration > 0 && estimate !== 0) changed(Math.abs((estimate - eigenvalue) / estimate));
    eigenvalue = estimate;
    if (isSettled) return { eigenvalue, isSettled };
    vector = unit(next);
  }
  // A vector that the map turns to zero belongs to eigenvalue 0.
  return { eigenvalue, isSettled: vector === null };
}
