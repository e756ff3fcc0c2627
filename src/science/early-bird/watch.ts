/**
 * Early-bird tickets (You et al. 2020, Algorithm 1): while the dense network trains, the mask of the first level is drawn
 * from its weights at the end of every epoch. Once the last `window` of these masks are all closer to each other than
 * `tolerance`, training stops: the ticket is there. (The authors watch channels, from the init on, and the distances of the
 * last mask from those just before it; here it is single weights, from the end of the first epoch on, and every pair.)
 */
import type { Model } from '../../models/model.ts';
import type { Batches } from '../../tasks/task.ts';
import { drawMask, type Drawing } from '../draw.ts';
import type { Mask } from '../mask.ts';
import type { Plan } from '../plan.ts';
import { epochSteps } from '../recipe/method.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { RunId } from '../result.ts';
import type { Learner } from '../run.ts';
import type { Control, Trainer } from '../trainer.ts';
import { maskDistance, widest, type EarlyBirdRecord } from './settling.ts';

type Settings = Extract<Recipe['method'], { type: 'early-bird' }>;

/** Trains the dense network on network 0 of a trainer and watches for the ticket of level 1. */
export class EarlyBird implements Learner {
  readonly mask: Mask;
  private readonly masks: Mask[] = [];
  private readonly steps: number[] = [];
  private readonly distances: (readonly number[])[] = [];
  private readonly epoch: number;
  private drawnAt: number | null = null;
  private settled = false;

  constructor(
    private readonly plan: Plan,
    private readonly model: Model,
    private readonly run: RunId,
    private readonly settings: Settings,
    private readonly recipe: Recipe,
    private readonly drawing: Drawing,
    private readonly batches: Batches,
  ) {
    this.mask = drawing.mask;
    this.epoch = epochSteps(recipe);
  }

  get isDone(): boolean {
    return this.drawnAt !== null;
  }

  get earlyBird(): EarlyBirdRecord {
    const { steps, distances, drawnAt, settled } = this;
    return { steps: [...steps], distances: [...distances], drawnAt, settled };
  }

  begin(trainer: Trainer): void {
    const { start, planes, position, rateAt } = this.drawing;
    trainer.start(0, { snapshot: start, planes, batches: this.batches, position, rateAt });
  }

  nextStop(position: number): number {
    return (Math.floor(position / this.epoch) + 1) * this.epoch;
  }

  async advance(trainer: Trainer, _from: number, to: number, control: Control): Promise<readonly number[]> {
    const [losses] = await trainer.train([to], control);
    if (to % this.epoch === 0 && losses.every(Number.isFinite)) await this.watch(trainer, to);
    if (to === this.recipe.training.steps) this.drawnAt ??= to;
    return losses;
  }

  private async watch(trainer: Trainer, position: number): Promise<void> {
    const { seed } = this.run;
    const final = await trainer.read(0);
    const mask = drawMask(this.plan, this.model, { seed, arm: 'ticket', level: 1 }, { mask: this.mask, final });
    this.distances.push(this.masks.map((other) => maskDistance(mask, other)));
    this.masks.push(mask);
    this.steps.push(position);
    if (widest(this.distances, this.settings.window) >= this.settings.tolerance) return;
    this.settled = true;
    this.drawnAt = position;
  }
}
