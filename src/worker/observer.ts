/** Watches one run for the page: progress and histograms, coalesced to what a viewer can see. */
import { histograms, limitOf } from '../science/analysis/histogram.ts';
import type { Drawing } from '../science/draw.ts';
import { density } from '../science/mask.ts';
import type { CurvePoint, Watcher } from '../science/run.ts';
import type { RunId } from '../science/result.ts';
import type { Trainer } from '../science/trainer.ts';
import type { Model } from '../models/model.ts';
import { isSmall, prunableParameters } from '../models/model.ts';
import type { Listener } from './protocol.ts';

const PROGRESS_MS = 50;
const WEIGHTS_MS = 120;

export class Observer implements Watcher {
  private reportedAt: number;
  private weightsAt = -Infinity;
  private stepsSinceReport = 0;
  private lossSinceReport = 0;
  private stepMs = PROGRESS_MS;
  private position: number;
  private readonly limits: Readonly<Record<string, number>>;

  constructor(
    private readonly model: Model,
    private readonly run: RunId,
    private readonly drawing: Drawing,
    private readonly end: number,
    private readonly trainer: Trainer,
    private readonly listener: Listener,
  ) {
    this.position = drawing.position;
    this.reportedAt = this.now();
    const { mask, start, position } = drawing;
    this.limits = Object.fromEntries(prunableParameters(model).map(({ name }) => [name, limitOf(start.parameters[name], mask[name])]));
    listener({ type: 'drawn', run, mask, density: density(mask), position, end });
  }

  now(): number {
    return performance.now();
  }

  /** As many steps as fit between two reports at the speed of the last ones. */
  stride(): number {
    return Math.max(1, Math.floor(PROGRESS_MS / this.stepMs));
  }

  async progress(position: number, trainLoss: number): Promise<void> {
    const steps = position - this.position;
    this.position = position;
    this.stepsSinceReport += steps;
    this.lossSinceReport += steps * trainLoss;
    const now = this.now();
    const elapsed = now - this.reportedAt;
    this.stepMs = Math.max(1e-3, elapsed / this.stepsSinceReport);
    if (elapsed < PROGRESS_MS && position < this.end) return;
    this.listener({
      type: 'progress',
      run: this.run,
      position,
      end: this.end,
      trainLoss: this.lossSinceReport / this.stepsSinceReport,
      stepsPerSecond: 1000 / this.stepMs,
    });
    this.stepsSinceReport = this.lossSinceReport = 0;
    if (now - this.weightsAt >= WEIGHTS_MS || position === this.end) await this.showWeights(position);
    this.reportedAt = this.now();
  }

  evaluated(point: CurvePoint): void {
    this.listener({ type: 'evaluated', run: this.run, point });
    this.reportedAt = this.now();
  }

  private async showWeights(position: number): Promise<void> {
    const { mask, start } = this.drawing;
    const now = await this.trainer.read(0);
    const layers = histograms(this.model, mask, start.parameters, now.parameters, this.limits);
    const parameters = isSmall(this.model) ? now.parameters : null;
    this.listener({ type: 'weights', run: this.run, position, layers, parameters });
    this.weightsAt = this.now();
  }
}
