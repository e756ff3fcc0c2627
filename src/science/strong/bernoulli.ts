/**
 * Bernoulli supermasks (Zhou et al. 2019, §5): weights stay at their init and each has a logit that is learned instead.
 * Every step uses a mask drawn anew, m ~ Bernoulli(σ(v)); the gradient passes straight through the draw to σ(v). How many
 * weights are kept is learned, too: the recipe's ladder only says with which probability a layer's weights begin.
 */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import type { Batches } from '../../tasks/task.ts';
import { countBits, denseMask, getBit, trainablePlanes, type Bits, type Mask } from '../mask.ts';
import type { Plan } from '../plan.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Learner } from '../run.ts';
import type { RunId } from '../result.ts';
import { rateAt } from '../schedules.ts';
import type { Snapshot, Tensors } from '../tensors.ts';
import type { Control, Trainer } from '../trainer.ts';
import { beginning, drawBits, firstDraw, measured, probability } from './bernoulli-mask.ts';

type Settings = Extract<Recipe['method'], { type: 'bernoulli' }>;

/** What a kept weight is multiplied with: all weights of the layer over those kept, where the recipe rescales; else 1. */
export function scaleOf(bits: Bits, rescale: boolean): number {
  const kept = countBits(bits);
  return rescale && kept > 0 ? bits.size / kept : 1;
}

/** The weights that a mask leaves, rescaled layer by layer; the rest are zero. */
export function effective(weights: Snapshot, mask: Mask, rescale: boolean): Snapshot {
  const left = Object.entries(mask).map(([name, bits]) => {
    const scale = scaleOf(bits, rescale);
    return [name, weights.parameters[name].map((value, at) => (getBit(bits, at) ? scale * value : 0))];
  });
  return { ...weights, parameters: { ...weights.parameters, ...(Object.fromEntries(left) as Tensors) } };
}

/**
 * ∂L/∂v of one layer: the gradient by the effective weights w′ = c m w, through m as if it were σ(v), is
 * ∂L/∂w′ · c w · σ(v)(1 − σ(v)), for weights that were not drawn as for those that were. The scale c counts as given.
 */
export const logitSlopes = (logits: Float32Array, weights: Float32Array, gradient: Float32Array, scale: number): Float32Array =>
  logits.map((logit, at) => {
    const kept = probability(logit);
    return gradient[at] * scale * weights[at] * kept * (1 - kept);
  });

/** One step of the logits: u ← μu + ∂L/∂v, v ← v − ηu. In single precision, entry by entry. */
export function learnLogits(logits: Float32Array, velocity: Float32Array, slopes: Float32Array, rate: number, momentum: number): void {
  for (let at = 0; at < logits.length; at++) {
    velocity[at] = Math.fround(momentum * velocity[at]) + slopes[at];
    logits[at] -= rate * velocity[at];
  }
}

/** Learns a level's logits, step by step, on network 0 of a trainer. */
export class BernoulliSupermask implements Learner {
  private readonly logits: Tensors;
  private readonly velocity: Tensors;
  mask: Mask;
  /** The network before anything is learned. */
  readonly start: Snapshot;

  constructor(
    plan: Plan,
    private readonly model: Model,
    private readonly run: RunId,
    private readonly settings: Settings,
    private readonly training: Recipe['training'],
    private readonly weights: Snapshot,
    private readonly batches: Batches,
  ) {
    this.logits = beginning(plan, model, run.level);
    this.velocity = Object.fromEntries(Object.entries(this.logits).map(([name, { length }]) => [name, new Float32Array(length)]));
    this.mask = firstDraw(plan, model, run);
    this.start = effective(weights, this.mask, settings.rescale);
  }

  /** Under dense planes, unused weights written as zeros: gradients of those are wanted, too. */
  begin(trainer: Trainer): void {
    const planes = trainablePlanes(denseMask(this.model));
    trainer.start(0, { snapshot: this.start, planes, batches: this.batches, position: 0, rateAt: () => 0 });
  }

  /** Leaves the network under the mask it is measured by; returns the batch losses under the masks of the steps. */
  async advance(trainer: Trainer, from: number, to: number, control: Control): Promise<readonly number[]> {
    const losses: number[] = [];
    for (let position = from; position < to; position++) {
      if (control.due()) await control.breathe();
      losses.push(await this.step(trainer, position, control));
    }
    this.mask = measured(this.model, this.logits, this.run);
    trainer.write(0, effective(this.weights, this.mask, this.settings.rescale));
    return losses;
  }

  private async step(trainer: Trainer, position: number, control: Control): Promise<number> {
    const { seed, level } = this.run;
    const { scoreRate, scoreMomentum, rescale } = this.settings;
    const names = prunableParameters(this.model).map(({ name }) => name);
    const drawn = Object.fromEntries(
      names.map((name) => [name, drawBits(this.logits[name], seed, `bernoulli/${level}/${position}/${name}`)]),
    );
    trainer.write(0, effective(this.weights, drawn, rescale));
    const examples = this.batches.at(position).slice();
    const { loss } = await trainer.metrics(0, examples, control);
    const gradients = await trainer.gradients(0, examples);
    const rate = (scoreRate * rateAt(this.training, position)) / this.training.optimizer.learningRate;
    for (const name of names) {
      const slopes = logitSlopes(this.logits[name], this.weights.parameters[name], gradients[name], scaleOf(drawn[name], rescale));
      learnLogits(this.logits[name], this.velocity[name], slopes, rate, scoreMomentum);
    }
    return loss;
  }
}
