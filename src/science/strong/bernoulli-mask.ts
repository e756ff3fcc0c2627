/** Masks that Bernoulli logits (bernoulli.ts) draw; apart from it, since every worker draws and few learn by it. */
import { prunableParameters, type Model } from '../../models/model.ts';
import { exp, log } from '../../numerics/elementary.ts';
import { stream } from '../../numerics/streams.ts';
import { bitsWhere, type Bits, type Mask } from '../mask.ts';
import type { Plan } from '../plan.ts';
import { layerCounts } from '../prune/counts.ts';
import type { RunId } from '../result.ts';
import type { Tensors } from '../tensors.ts';

/** σ(v), in (0, 1). */
export const probability = (logit: number): number => 1 / (1 + exp(-logit));

/** The logit of a layer that begins with `kept` of `size` weights, half a weight away from all or none. */
export const firstLogit = (kept: number, size: number): number => log((kept + 0.5) / (size - kept + 0.5));

/** Weights whose draw, uniform in [0, 1), is below their probability. */
export function drawBits(logits: Float32Array, seed: number, streamName: string): Bits {
  const source = stream(seed, streamName);
  return bitsWhere(logits.length, (at) => source.bits32() < probability(logits[at]) * 2 ** 32);
}

/** The logits that a level starts from. */
export const beginning = (plan: Plan, model: Model, level: number): Tensors => {
  const counts = layerCounts(plan, model, level);
  return Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => [name, new Float32Array(size).fill(firstLogit(counts[name], size))]),
  );
};

/**
 * The mask by which a network is measured and kept: one draw a weight of a stream of its own, the same at every
 * evaluation, against the probabilities as they stand.
 */
export const measured = (model: Model, logits: Tensors, { seed, level }: RunId): Mask =>
  Object.fromEntries(
    prunableParameters(model).map(({ name }) => [name, drawBits(logits[name], seed, `bernoulli-measured/${level}/${name}`)]),
  );

/** The mask before anything is learned. */
export const firstDraw = (plan: Plan, model: Model, run: RunId): Mask => measured(model, beginning(plan, model, run.level), run);
