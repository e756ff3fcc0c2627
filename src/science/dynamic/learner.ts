/**
 * Dynamic sparse training: a network that is sparse from its first step and moves its connections while it trains.
 * SET grows at random (Mocanu et al. 2018, Algorithm 1), RigL where the loss falls most steeply (Evci et al. 2020,
 * Algorithm 1). Both start from a random mask; a layer's count is the recipe's ladder's and never changes.
 *
 * Where the papers leave a choice or differ from each other:
 * - SET drops ζ of the positive and ζ of the negative weights; here, as in Evci et al.'s own comparison with SET, ζ of
 *   them all by size. Its new weights are drawn at random there; here they start at zero, as RigL's do.
 * - RigL's update takes the place of a step; here the step follows it, so that all arms train as many steps.
 * - SET changes connections at the end of each epoch but the last, RigL every ΔT steps up to T_end: `every` and `until`.
 */
import { prunableParameters, type Model } from '../../models/model.ts';
import { stream } from '../../numerics/streams.ts';
import type { Batches } from '../../tasks/task.ts';
import type { Drawing } from '../draw.ts';
import { countBits, trainablePlanes, type Mask } from '../mask.ts';
import type { Learner } from '../run.ts';
import type { RunId } from '../result.ts';
import type { Snapshot, Tensors } from '../tensors.ts';
import type { Control, Trainer } from '../trainer.ts';
import { afterDrop, afterGrowth, dropShare, isUpdate, nextUpdate, randomGrowth, type Settings } from './rewire.ts';

/** Trains a level on network 0 of a trainer, moving its connections at fixed positions whatever the strides. */
export class DynamicSparse implements Learner {
  mask: Mask;

  constructor(
    private readonly model: Model,
    private readonly run: RunId,
    private readonly settings: Settings,
    private readonly steps: number,
    private readonly drawing: Drawing,
    private readonly batches: Batches,
  ) {
    this.mask = drawing.mask;
  }

  begin(trainer: Trainer): void {
    const { start, planes, position, rateAt } = this.drawing;
    trainer.start(0, { snapshot: start, planes, batches: this.batches, position, rateAt });
  }

  async advance(trainer: Trainer, from: number, to: number, control: Control): Promise<readonly number[]> {
    const losses: number[] = [];
    for (let position = from; position < to;) {
      if (isUpdate(this.settings, this.steps, position)) await this.rewire(trainer, position);
      const next = Math.min(to, nextUpdate(this.settings, this.steps, position));
      for (const loss of (await trainer.train([next], control))[0]) losses.push(loss);
      position = next;
    }
    return losses;
  }

  /** Weights outside a snapshot's own mask could not be written: the mask goes with it. */
  recall(trainer: Trainer, snapshot: Snapshot, mask: Mask): void {
    trainer.setPlanes(0, trainablePlanes(mask));
    trainer.write(0, snapshot);
  }

  private async rewire(trainer: Trainer, position: number): Promise<void> {
    const { parameters } = await trainer.read(0);
    const scores = await this.growth(trainer, position);
    const share = dropShare(this.settings, this.steps, position);
    const ties = (what: string, name: string) => stream(this.run.seed, `${what}-ties/${this.run.level}/${position}/${name}`);
    const names = prunableParameters(this.model).map(({ name }) => name);
    const left = Object.fromEntries(
      names.map((name) => [name, afterDrop({ present: this.mask[name], weights: parameters[name] }, share, ties('drop', name))]),
    );
    this.mask = Object.fromEntries(
      names.map((name) => {
        const dropped = countBits(this.mask[name]) - countBits(left[name]);
        return [name, dropped === 0 ? left[name] : afterGrowth(left[name], scores[name], dropped, ties('grow', name))];
      }),
    );
    // In two steps: what is dropped and grown at once starts at zero with fresh moments, too.
    trainer.setPlanes(0, trainablePlanes(left));
    trainer.setPlanes(0, trainablePlanes(this.mask));
  }

  /** Where weights grow: RigL by the size of the gradient by each, absent or not, on the batch of this position. */
  private async growth(trainer: Trainer, position: number): Promise<Tensors> {
    if (this.settings.type === 'rigl') {
      const gradients = await trainer.gradients(0, this.batches.at(position).slice());
      return Object.fromEntries(prunableParameters(this.model).map(({ name }) => [name, gradients[name].map(Math.abs)]));
    }
    const { seed, level } = this.run;
    return Object.fromEntries(
      prunableParameters(this.model).map(({ name, size }) => [name, randomGrowth(size, seed, `grow/${level}/${position}/${name}`)]),
    );
  }
}
