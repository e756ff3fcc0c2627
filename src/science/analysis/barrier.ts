/**
 * Linear mode connectivity (Frankle et al. 2020, instability analysis). Two siblings leave the run's weights at step k and
 * train to the last step T, each with batches in an order of its own, the streams `noise/1` and `noise/2` of the seed.
 * The error barrier is the highest test error on the straight line between them minus the mean of its ends. Like every
 * rewound network of the lab, siblings start with a fresh optimiser. Buffers lie on the line, too.
 */
import type { Model } from '../../models/model.ts';
import { withNoise } from '../../tasks/batches.ts';
import { stepsOf } from '../draw.ts';
import { recipeAt, type Plan } from '../plan.ts';
import type { RunId } from '../result.ts';
import { Diverged } from '../divergence.ts';
import type { Snapshot, Tensors } from '../tensors.ts';
import { lossExamples, type AnalysisBench } from './bench.ts';

/** Barriers below this many points of test error (0..1) are stable (Frankle et al. 2020). */
export const STABLE_BELOW = 0.02;
/** Points on the line, its ends included. */
export const LINE_POINTS = 11;
/** Steps between two words of progress. */
const STRIDE = 50;

export interface LinePoint {
  /** 0: the first sibling, 1: the second. */
  readonly at: number;
  /** Share of the test examples that are misclassified, 0..1. */
  readonly testError: number;
  readonly testLoss: number;
  /** Mean cross-entropy on the first training examples (`LOSS_EXAMPLES`). */
  readonly trainLoss: number;
}

export interface Barrier {
  /** Step k at which the siblings parted. */
  readonly step: number;
  readonly line: readonly LinePoint[];
  /** Of the test error, 0..1. */
  readonly errorBarrier: number;
  /** Of the training loss. */
  readonly trainLossBarrier: number;
  readonly isStable: boolean;
}

/** The steps at which siblings of a run can part: from its first position to the recipe's last step. */
export function partingRange(plan: Plan, run: RunId): { readonly first: number; readonly last: number } {
  const last = recipeAt(plan, run.level).training.steps;
  return { first: last - stepsOf(plan, run), last };
}

/** How many points lie on the line, and which streams the siblings' orders come from. */
export interface BarrierOptions {
  readonly points?: number;
  readonly noises?: readonly [string, string];
}

/** One a step, ascending. Steps are positions, from the run's first to T. */
export async function barriers(bench: AnalysisBench, steps: readonly number[], options: BarrierOptions = {}): Promise<Barrier[]> {
  const { points = LINE_POINTS, noises = ['noise/1', 'noise/2'] } = options;
  const sorted = [...new Set(steps)].sort((one, other) => one - other);
  const progress = progressOf(bench, sorted, points);
  const beginnings = await weightsAt(bench, sorted, progress);
  const found: Barrier[] = [];
  for (const step of sorted) {
    const ends: Snapshot[] = [];
    for (const noise of noises) ends.push(await sibling(bench, beginnings[step], step, noise, progress));
    found.push(summed(step, await lineBetween(bench, ends[0], ends[1], points, progress)));
  }
  return found;
}

/** Training steps and measurements that `barriers` costs; a measurement counts as ten steps. */
const MEASURING = 10;

function progressOf(bench: AnalysisBench, steps: readonly number[], points: number): (steps: number) => void {
  const again = Math.max(bench.drawing.position, ...missing(bench, steps)) - bench.drawing.position;
  const total = again + steps.reduce((sum, step) => sum + 2 * (bench.steps - step) + points * MEASURING, 0);
  let done = 0;
  return (more) => bench.progress(Math.min(1, (done += more) / total));
}

const isKept = ({ drawing, steps, kept }: AnalysisBench, step: number): boolean =>
  step === drawing.position || step === steps || step in kept;

const missing = (bench: AnalysisBench, steps: readonly number[]): number[] => steps.filter((step) => !isKept(bench, step));

/** The run's weights at these steps: kept ones as they are, the others trained once more, in the seed's order from the start. */
async function weightsAt(bench: AnalysisBench, steps: readonly number[], progress: (steps: number) => void) {
  const { trainer, drawing, kept, final } = bench;
  const found: Record<number, Snapshot> = { ...kept, [bench.steps]: final, [drawing.position]: drawing.start };
  const wanted = missing(bench, steps);
  if (wanted.length === 0) return found;
  const { start: snapshot, planes, position, rateAt } = drawing;
  trainer.start(0, { snapshot, planes, batches: bench.batches('order'), position, rateAt });
  let at = position;
  for (const step of wanted) {
    at = await trainTo(bench, at, step, progress);
    found[step] = await trainer.read(0);
  }
  return found;
}

async function trainTo(
  { trainer, control, run }: AnalysisBench,
  from: number,
  to: number,
  progress: (steps: number) => void,
): Promise<number> {
  for (let at = from; at < to; at = Math.min(to, at + STRIDE)) {
    const next = Math.min(to, at + STRIDE);
    const [losses] = await trainer.train([next], control);
    const bad = losses.findIndex((loss) => !Number.isFinite(loss));
    if (bad !== -1) throw new Diverged(run, at + bad + 1);
    progress(next - at);
  }
  return to;
}

async function sibling(bench: AnalysisBench, snapshot: Snapshot, step: number, noise: string, progress: (steps: number) => void) {
  const { trainer, drawing } = bench;
  trainer.start(0, {
    snapshot,
    planes: drawing.planes,
    batches: withNoise(bench.batches('order'), bench.batches(noise), step),
    position: step,
    rateAt: drawing.rateAt,
  });
  await trainTo(bench, step, bench.steps, progress);
  return trainer.read(0);
}

async function lineBetween(bench: AnalysisBench, one: Snapshot, other: Snapshot, points: number, progress: (steps: number) => void) {
  const { trainer, control, split, model } = bench;
  const line: LinePoint[] = [];
  for (let index = 0; index < points; index++) {
    trainer.write(0, between(model, one, other, index, points - 1));
    const test = await trainer.metrics(0, split.test, control);
    const train = await trainer.metrics(0, lossExamples(bench), control);
    line.push({ at: index / (points - 1), testError: 1 - test.accuracy, testLoss: test.loss, trainLoss: train.loss });
    progress(MEASURING);
  }
  return line;
}

/** The point `part` of `parts` on the way from one to the other; the same from either side, bit for bit. */
export function between(model: Model, one: Snapshot, other: Snapshot, part: number, parts: number): Snapshot {
  const [far, near] = [part / parts, (parts - part) / parts];
  const mix = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, index) => near * value + far * b[index]);
  const all = (entries: readonly { readonly name: string }[], a: Tensors, b: Tensors): Tensors =>
    Object.fromEntries(entries.map(({ name }) => [name, mix(a[name], b[name])]));
  return {
    parameters: all(model.parameters, one.parameters, other.parameters),
    buffers: all(model.buffers, one.buffers, other.buffers),
  };
}

/** Highest value on the line minus the mean of its ends. */
export const heightOf = (values: readonly number[]): number => Math.max(...values) - (values[0] + values[values.length - 1]) / 2;

function summed(step: number, line: readonly LinePoint[]): Barrier {
  const errorBarrier = heightOf(line.map(({ testError }) => testError));
  const trainLossBarrier = heightOf(line.map(({ trainLoss }) => trainLoss));
  return { step, line, errorBarrier, trainLossBarrier, isStable: errorBarrier < STABLE_BELOW };
}
