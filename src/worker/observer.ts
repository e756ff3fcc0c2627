/** Watches one run for the page: progress and histograms, coalesced to what a viewer can see. */
import { histograms, limitsOf, widened, type Limits } from '../science/analysis/histogram.ts';
import { cutBelow, cutExactly, isCutNext, nextCut, nextThresholds } from '../science/analysis/next-cut.ts';
import { originOf, transitionOf } from '../science/analysis/transition.ts';
import type { Drawing } from '../science/draw.ts';
import type { RunRequest } from '../science/experiment.ts';
import { density } from '../science/mask.ts';
import { recipeAt } from '../science/plan.ts';
import type { CurvePoint, Learner, Watcher } from '../science/run.ts';
import type { Trainer } from '../science/trainer.ts';
import type { Model } from '../models/model.ts';
import { isSmall } from '../models/model.ts';
import type { Listener } from './protocol.ts';
import type { Tempo } from './tempo.ts';

const PROGRESS_MS = 50;
const WEIGHTS_MS = 120;

/** What there is beside the run that is watched. */
export interface Company {
  /** Runs under way in this worker, this one included. */
  readonly runs: number;
  /** Milliseconds that the run has waited for others so far. */
  readonly waited: number;
  /** Milliseconds of a step that they all trained at once; null while there is no telling. */
  readonly stepMs: number | null;
}

export class Observer implements Watcher {
  private reportedAt: number;
  private weightsAt = -Infinity;
  private stepsSinceReport = 0;
  private lossSinceReport = 0;
  private stepMs = PROGRESS_MS;
  /** Without waiting for others. */
  private ownStepMs = PROGRESS_MS;
  private waitedBefore: number;
  private position: number;
  private limits: Limits;
  private readonly end: number;

  constructor(
    private readonly model: Model,
    private readonly request: RunRequest,
    private readonly drawing: Drawing,
    private readonly trainer: Trainer,
    private readonly listener: Listener,
    private readonly tempo: Tempo,
    private readonly company: Company,
    /** The mask as it stands, where it is learned. */
    private readonly learned: Pick<Learner, 'mask' | 'isDone' | 'earlyBird'> | undefined,
  ) {
    this.position = drawing.position;
    this.reportedAt = this.now();
    this.waitedBefore = company.waited;
    const { plan, run, ancestors } = request;
    const recipe = recipeAt(plan, run.level);
    const { mask, position } = drawing;
    this.end = recipe.training.steps;
    const limits = limitsOf(model, recipe);
    this.limits = ancestors === null ? limits : widened(limits, ancestors.parent.mask, ancestors.parent.final.parameters);
    const transition = transitionOf(recipe, model, run, drawing, originOf(run, ancestors, null), this.limits);
    listener({ type: 'drawn', run, mask, density: density(mask), position, end: this.end, transition });
  }

  now(): number {
    return performance.now();
  }

  /** As many steps as fit between two reports at the speed of the last ones, or as the tempo allows. */
  stride(): Promise<number> {
    // Runs side by side come to strides of the same length; what a learner does beside training takes its time as well.
    const stepMs = this.learned === undefined ? (this.company.stepMs ?? this.ownStepMs) : this.ownStepMs;
    return this.tempo.turn(Math.max(1, Math.floor(PROGRESS_MS / stepMs)));
  }

  async progress(position: number, trainLoss: number): Promise<void> {
    const steps = position - this.position;
    this.position = position;
    this.stepsSinceReport += steps;
    this.lossSinceReport += steps * trainLoss;
    const now = this.now();
    const elapsed = now - this.reportedAt;
    // A moment is too short to tell a pace.
    if (elapsed >= 1) {
      this.stepMs = elapsed / this.stepsSinceReport;
      this.ownStepMs = Math.max(1, elapsed - (this.company.waited - this.waitedBefore)) / this.stepsSinceReport;
    }
    this.tempo.trained(steps);
    const isLast = this.isEnd(position) || this.tempo.isHolding;
    if (elapsed < PROGRESS_MS && !isLast) return;
    this.listener({
      type: 'progress',
      run: this.request.run,
      position,
      end: this.end,
      trainLoss: this.lossSinceReport / this.stepsSinceReport,
      stepsPerSecond: 1000 / this.stepMs,
    });
    this.stepsSinceReport = this.lossSinceReport = 0;
    // Together, runs side by side are shown as often as one alone.
    if (now - this.weightsAt >= WEIGHTS_MS * this.company.runs || isLast) await this.showWeights(position);
    this.startClock();
  }

  evaluated(point: CurvePoint): void {
    this.listener({ type: 'evaluated', run: this.request.run, point });
    this.startClock();
  }

  private startClock(): void {
    this.reportedAt = this.now();
    this.waitedBefore = this.company.waited;
  }

  private isEnd(position: number): boolean {
    return position === this.end || this.learned?.isDone === true;
  }

  private async showWeights(position: number): Promise<void> {
    const { plan, run } = this.request;
    const { start } = this.drawing;
    const mask = this.learned?.mask ?? this.drawing.mask;
    const now = (await this.trainer.read(0)).parameters;
    this.limits = widened(this.limits, mask, now);
    const thresholds = isCutNext(plan, run) ? nextThresholds(plan, this.model, run.level, mask, now) : null;
    // Exactly which weights go is worth a sort once, not several times a second.
    const next = this.isEnd(position) ? nextCut(plan, this.model, run, mask, now) : null;
    const cut =
      next !== null
        ? cutExactly(next, now, this.limits, thresholds)
        : thresholds === null
          ? null
          : cutBelow(thresholds, mask, now, this.limits);
    const layers = histograms(this.model, mask, start.parameters, now, this.limits, cut);
    this.listener({
      type: 'weights',
      run,
      position,
      layers,
      next,
      parameters: isSmall(this.model) ? now : null,
      mask: this.learned?.mask ?? null,
      earlyBird: this.learned?.earlyBird ?? null,
    });
    this.weightsAt = this.now();
  }
}
