/**
 * Edge-popup (Ramanujan et al. 2020): weights stay at their init and each has a score that is learned instead. A layer
 * uses the k weights of largest |score|; the gradient passes straight through that choice. Where the recipe rescales, all
 * weights are divided by √(k/n): what is used of a layer then sends signals on as large as the whole layer would.
 */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import type { Batches } from '../../tasks/task.ts';
import { denseMask, getBit, trainablePlanes, type Mask } from '../mask.ts';
import type { Plan } from '../plan.ts';
import { layerCounts } from '../prune/counts.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Learner } from '../run.ts';
import type { RunId } from '../result.ts';
import { rateAt } from '../schedules.ts';
import type { Snapshot, Tensors } from '../tensors.ts';
import type { Control, Trainer } from '../trainer.ts';
import { firstMask, firstScores, popUp, type Settings } from './popup-mask.ts';

/** Every weight of a layer of n that keeps k, times √(n/k): the variance of 2/fan-in becomes one of the inputs that are left. */
export function rescaled(weights: Snapshot, counts: Readonly<Record<string, number>>): Snapshot {
  const scaled = Object.entries(counts).map(([name, kept]) => {
    const values = weights.parameters[name];
    const scale = kept === 0 ? 1 : Math.sqrt(values.length / kept);
    return [name, values.map((value) => scale * value)];
  });
  return { ...weights, parameters: { ...weights.parameters, ...(Object.fromEntries(scaled) as Tensors) } };
}

/** The weights that the mask leaves; the rest are zero. */
function masked(weights: Snapshot, mask: Mask): Snapshot {
  const left = Object.entries(mask).map(([name, bits]) => [
    name,
    weights.parameters[name].map((value, at) => (getBit(bits, at) ? value : 0)),
  ]);
  return { ...weights, parameters: { ...weights.parameters, ...(Object.fromEntries(left) as Tensors) } };
}

/** One step of the scores: v ← μv + sign(s) w ∂L/∂w + λs, s ← s − ηv. In single precision, entry by entry. */
export function learnScores(
  scores: Float32Array,
  velocity: Float32Array,
  weights: Float32Array,
  gradient: Float32Array,
  rate: number,
  { scoreMomentum, scoreDecay }: Pick<Settings, 'scoreMomentum' | 'scoreDecay'>,
): void {
  for (let at = 0; at < scores.length; at++) {
    const slope = Math.fround(Math.fround(weights[at] * gradient[at]) * Math.sign(scores[at]));
    velocity[at] = Math.fround(scoreMomentum * velocity[at]) + Math.fround(slope + scoreDecay * scores[at]);
    scores[at] -= rate * velocity[at];
  }
}

/** Learns a level's mask, step by step, on network 0 of a trainer. */
export class EdgePopup implements Learner {
  private readonly scores: Tensors;
  private readonly velocity: Tensors;
  private readonly counts: Readonly<Record<string, number>>;
  private readonly weights: Snapshot;
  mask: Mask;
  /** The network before anything is learned. */
  readonly start: Snapshot;

  constructor(
    plan: Plan,
    private readonly model: Model,
    private readonly run: RunId,
    private readonly settings: Settings,
    private readonly training: Recipe['training'],
    weights: Snapshot,
    private readonly batches: Batches,
  ) {
    this.scores = firstScores(model, run, settings);
    this.velocity = Object.fromEntries(Object.entries(this.scores).map(([name, { length }]) => [name, new Float32Array(length)]));
    this.counts = layerCounts(plan, model, run.level);
    this.weights = settings.rescale ? rescaled(weights, this.counts) : weights;
    this.mask = firstMask(plan, model, run, settings);
    this.start = masked(this.weights, this.mask);
  }

  /** The network as it stands, its unused weights written as zeros: gradients of those are wanted, too. */
  begin(trainer: Trainer): void {
    const planes = trainablePlanes(denseMask(this.model));
    trainer.start(0, { snapshot: this.start, planes, batches: this.batches, position: 0, rateAt: () => 0 });
  }

  /** Learns from one position to another; returns the batch losses, measured before each step. */
  async advance(trainer: Trainer, from: number, to: number, control: Control): Promise<readonly number[]> {
    const losses: number[] = [];
    for (let position = from; position < to; position++) {
      if (control.due()) await control.breathe();
      const examples = this.batches.at(position).slice();
      losses.push((await trainer.metrics(0, examples, control)).loss);
      const gradients = await trainer.gradients(0, examples);
      const rate = (this.settings.scoreRate * rateAt(this.training, position)) / this.training.optimizer.learningRate;
      for (const { name } of prunableParameters(this.model))
        learnScores(this.scores[name], this.velocity[name], this.weights.parameters[name], gradients[name], rate, this.settings);
      this.mask = popUp(this.model, this.scores, this.counts, this.run.seed);
      trainer.write(0, masked(this.weights, this.mask));
    }
    return losses;
  }
}
