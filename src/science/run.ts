/** One run: train a drawn network to its last step, watching for early stop, and measure what came of it. */
import type { Model } from '../models/model.ts';
import type { Batches, Split, Task } from '../tasks/task.ts';
import { Diverged } from './divergence.ts';
import type { Drawing } from './draw.ts';
import type { EarlyBirdRecord } from './early-bird/settling.ts';
import { fingerprint } from './fingerprint.ts';
import { density, layerDensity, type Mask } from './mask.ts';
import type { Recipe } from './recipe/schema.ts';
import type { Curve, RunId, RunResult, SplitMetrics } from './result.ts';
import type { Metrics, Snapshot } from './tensors.ts';
import type { Control, EngineIdentity, Trainer } from './trainer.ts';

/** Training examples behind the final train metrics. */
const TRAIN_METRIC_EXAMPLES = 5_000;

export interface Job {
  /** Of what determines the run (recipe/identity.ts). */
  readonly key: string;
  /** The recipe that governs the run's level. */
  readonly recipe: Recipe;
  readonly model: Model;
  readonly run: RunId;
  readonly drawing: Drawing;
  readonly task: Task;
  readonly split: Split;
  readonly batches: Batches;
  /** Positions whose snapshots the outcome keeps (each counted after that many steps). */
  readonly keep: readonly number[];
  /** Where something other than the weights is learned. */
  readonly learner?: Learner;
}

/** What is learned of network 0 of a trainer, and the mask as it stands. */
export interface Learner {
  readonly mask: Mask;
  /** Whether there is nothing more to train, before the last step; where it is left out, never. */
  readonly isDone?: boolean;
  /** What it has seen of the masks to come; only where it watches for them. */
  readonly earlyBird?: EarlyBirdRecord;
  /** The next position at which it wants to look at the network, if any. */
  nextStop?(position: number): number;
  begin(trainer: Trainer): void;
  /** From one position to another; returns the batch losses of these steps, in order. */
  advance(trainer: Trainer, from: number, to: number, control: Control): Promise<readonly number[]>;
  /** Puts the network back as it stood when the mask was this; where it is left out, the snapshot says all. */
  recall?(trainer: Trainer, snapshot: Snapshot, mask: Mask): void;
}

export interface CurvePoint {
  readonly step: number;
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
}

/** Who watches a run; the run itself has no clock. */
export interface Watcher {
  /** Milliseconds from any origin. */
  now(): number;
  /** Steps to train before the next `progress`: some 50 ms of work, which a pause does not cut in two. Waits while paused. */
  stride(): Promise<number>;
  /** After each stride; `trainLoss` is the mean batch loss of the stride. */
  progress(position: number, trainLoss: number): Promise<void>;
  evaluated(point: CurvePoint): void;
}

/** Pauses between strides and within measurements; a stop is heard everywhere. */
export interface RunControl extends Control {
  readonly withoutPause: Control;
}

export interface RunOutcome {
  readonly result: RunResult;
  readonly mask: Mask;
  readonly final: Snapshot;
  /** Snapshots at the positions asked for, by position. */
  readonly kept: Readonly<Record<number, Snapshot>>;
}

/** Trains network 0 of `trainer` as `job` says. Throws `Diverged`, or `Cancelled` from `control`. */
export async function trainRun(
  trainer: Trainer,
  engine: EngineIdentity,
  job: Job,
  control: RunControl,
  watcher: Watcher,
): Promise<RunOutcome> {
  const { recipe, model, run, drawing } = job;
  const end = recipe.training.steps;
  const learner = job.learner ?? weightsOf(job);
  learner.begin(trainer);
  const watch = new Observations(trainer, job, learner, control);
  const kept: Record<number, Snapshot> = {};
  if (job.keep.includes(drawing.position)) kept[drawing.position] = await trainer.read(0);
  let trainMs = 0;
  let position = drawing.position;
  const isLast = (): boolean => position === end || learner.isDone === true;
  while (!isLast()) {
    const stop = Math.min(nextStop(position, job), learner.nextStop?.(position) ?? end);
    const next = Math.min(position + Math.max(1, await watcher.stride()), stop);
    const began = watcher.now();
    const losses = await learner.advance(trainer, position, next, control.withoutPause);
    trainMs += watcher.now() - began;
    const lost = losses.findIndex((loss) => !Number.isFinite(loss));
    if (lost !== -1) throw new Diverged(run, position + lost + 1);
    watch.trained(losses);
    position = next;
    await watcher.progress(position, mean(losses));
    if (job.keep.includes(position)) kept[position] = await trainer.read(0);
    if (position % recipe.training.evaluateEvery === 0 || isLast()) watcher.evaluated(await watch.evaluate(position));
  }
  const final = await trainer.read(0);
  // A weight may be infinite behind a unit that never fires: no loss would tell.
  if (!isFinite(final)) throw new Diverged(run, position);
  const metrics = await watch.measure();
  const earlyStop = await watch.earlyStop();
  const initial = await watch.initial();
  const { mask } = learner;
  const result: RunResult = {
    ...run,
    key: job.key,
    density: density(mask),
    layerDensity: layerDensity(model, mask),
    engine: {
      name: engine.name,
      backend: engine.backend,
      arithmeticVersion: engine.arithmeticVersion,
      deterministic: engine.deterministic,
    },
    metrics,
    initial,
    earlyStop,
    curve: watch.curve,
    steps: position - drawing.position,
    trainMs: Math.round(trainMs),
    fingerprint: fingerprint(model, final),
    ...(learner.earlyBird === undefined ? {} : { earlyBird: learner.earlyBird }),
  };
  return { result, mask, final, kept };
}

/** What a run usually learns: the weights, under the mask that was drawn. */
const weightsOf = ({ drawing: { mask, start, planes, position, rateAt }, batches }: Job): Learner => ({
  mask,
  begin: (trainer) => trainer.start(0, { snapshot: start, planes, batches, position, rateAt }),
  advance: async (trainer, _, to, control) => (await trainer.train([to], control))[0],
});

/** Added up in the order of the steps, so that it does not depend on how they fell into strides. */
const mean = (losses: readonly number[]): number => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;

const isFinite = ({ parameters, buffers }: Snapshot): boolean =>
  [...Object.values(parameters), ...Object.values(buffers)].every((values) => values.every(Number.isFinite));

/** The next position at which something is to be read: an evaluation, a kept snapshot, the end. */
function nextStop(position: number, { recipe, keep }: Job): number {
  const { evaluateEvery, steps } = recipe.training;
  const evaluation = (Math.floor(position / evaluateEvery) + 1) * evaluateEvery;
  return Math.min(steps, evaluation, ...keep.filter((at) => at > position));
}

/** Keeps the curve and the best snapshot so far, and measures on the splits. */
class Observations {
  readonly curve: Curve = { step: [], trainLoss: [], validationLoss: [], validationAccuracy: [], testAccuracy: [] };
  /** Batch losses since the last evaluation. */
  private losses: number[] = [];
  /** Where it was evaluated last. */
  private step = 0;
  private best: { step: number; loss: number; snapshot: Snapshot; mask: Mask } | null = null;

  constructor(
    private readonly trainer: Trainer,
    private readonly job: Job,
    private readonly learner: Learner,
    private readonly control: Control,
  ) {}

  trained(losses: readonly number[]): void {
    for (const loss of losses) this.losses.push(loss);
  }

  async evaluate(step: number): Promise<CurvePoint> {
    const { split, recipe } = this.job;
    this.step = step;
    const validation = await this.metrics(split.validation);
    const test = await this.metrics(split.test.subarray(0, recipe.training.curveTest));
    const point: CurvePoint = {
      step,
      trainLoss: mean(this.losses),
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
      testAccuracy: test.accuracy,
    };
    this.losses = [];
    this.curve.step.push(step);
    this.curve.trainLoss.push(point.trainLoss);
    this.curve.validationLoss.push(point.validationLoss);
    this.curve.validationAccuracy.push(point.validationAccuracy);
    this.curve.testAccuracy.push(point.testAccuracy);
    if (this.best === null || validation.loss < this.best.loss) {
      this.best = { step, loss: validation.loss, snapshot: await this.trainer.read(0), mask: this.learner.mask };
    }
    return point;
  }

  /** Metrics of the network as it stands on all three splits. */
  async measure(): Promise<SplitMetrics> {
    const { train, validation, test } = this.job.split;
    return bySplit({
      train: await this.metrics(train.subarray(0, TRAIN_METRIC_EXAMPLES)),
      validation: await this.metrics(validation),
      test: await this.metrics(test),
    });
  }

  /** The step of minimum validation loss and what the network scored there. Leaves the network at that step. */
  async earlyStop(): Promise<RunResult['earlyStop']> {
    if (this.best === null) throw new Error('a run ends with an evaluation');
    this.recall(this.best.snapshot, this.best.mask);
    return { step: this.best.step, metrics: bySplit({ test: await this.metrics(this.job.split.test) }) };
  }

  /**
   * What the network scored before any training. Measured last, since the first steps must not wait for the test
   * examples, which arrive after the training examples. Leaves the network as it was drawn.
   */
  async initial(): Promise<SplitMetrics> {
    this.recall(this.job.drawing.start, this.job.drawing.mask);
    return bySplit({ test: await this.metrics(this.job.split.test) });
  }

  private recall(snapshot: Snapshot, mask: Mask): void {
    if (this.learner.recall === undefined) this.trainer.write(0, snapshot);
    else this.learner.recall(this.trainer, snapshot, mask);
  }

  private async metrics(examples: Uint32Array): Promise<Metrics> {
    const metrics = await this.trainer.metrics(0, examples, this.control);
    if (!Number.isFinite(metrics.loss)) throw new Diverged(this.job.run, this.step);
    return metrics;
  }
}

/** From `{ test: { accuracy, loss } }` to `{ accuracy: { test }, loss: { test } }`. */
function bySplit(splits: Readonly<Record<string, Metrics>>): SplitMetrics {
  const turned: Record<string, Record<string, number>> = {};
  for (const [split, metrics] of Object.entries(splits)) {
    for (const [name, value] of Object.entries(metrics)) (turned[name] ??= {})[split] = value;
  }
  return turned;
}
