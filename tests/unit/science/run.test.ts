/** One run, driven against a trainer whose every answer is known beforehand. */
import { describe, expect, it } from 'vitest';
import { draw } from '../../../src/science/draw.ts';
import { planOf } from '../../../src/science/plan.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import { Diverged } from '../../../src/science/divergence.ts';
import { trainRun, type CurvePoint, type Job, type RunControl, type Watcher } from '../../../src/science/run.ts';
import type { NetworkStart, Trainer } from '../../../src/science/trainer.ts';
import type { Snapshot } from '../../../src/science/tensors.ts';
import { batchesOf } from '../../../src/tasks/batches.ts';
import { splitFor } from '../../../src/tasks/split.ts';
import { tinyTask } from '../../support/tiny-task.ts';
import { tinyRecipe } from './recipes.ts';

const recipe = tinyRecipe({ training: { batchSize: 20, steps: 40, evaluateEvery: 10, curveTest: 50 } });
const model = modelOf(recipe);
const engine = { name: 'sparse', backend: null, arithmeticVersion: 1, deterministic: true } as const;
const control: RunControl = {
  due: () => false,
  breathe: () => Promise.resolve(),
  withoutPause: { due: () => false, breathe: () => Promise.resolve() },
};

/** Validation loss at each step: lowest at 20, long before the end. */
const validationLoss: Readonly<Record<number, number>> = { 10: 0.5, 20: 0.2, 30: 0.3, 40: 0.4 };

class Scripted implements Trainer {
  readonly networks = 1;
  readonly calls: number[] = [];
  /** Positions at which metrics were asked for. */
  readonly measured: number[] = [];
  started: NetworkStart | null = null;
  position = 0;
  constructor(private readonly lossAt: (step: number) => number = () => 1) {}

  start(_network: number, start: NetworkStart): void {
    this.started = start;
    this.position = start.position;
  }
  train([until]: readonly number[]): Promise<readonly (readonly number[])[]> {
    this.calls.push(until);
    const losses = Array.from({ length: until - this.position }, (_, index) => this.lossAt(this.position + index + 1));
    this.position = until;
    return Promise.resolve([losses]);
  }
  /** Accuracy tells which step is measured, loss which split. */
  metrics(_network: number, examples: Uint32Array): Promise<{ accuracy: number; loss: number }> {
    this.measured.push(this.position);
    const isValidation = examples.length === recipe.task.validation;
    return Promise.resolve({ accuracy: this.position / 100, loss: isValidation ? (validationLoss[this.position] ?? 9) : 7 });
  }
  read(): Promise<Snapshot> {
    const marked = Object.fromEntries(model.parameters.map(({ name, size }) => [name, new Float32Array(size).fill(this.position)]));
    return Promise.resolve({ parameters: marked, buffers: {} });
  }
  write(_network: number, snapshot: Snapshot): void {
    this.position = snapshot.parameters['output/bias'][0];
  }
  gradients = () => Promise.reject(new Error('not asked for'));
  hessianVectorProduct = () => Promise.reject(new Error('not asked for'));
  readOptimizer = () => Promise.reject(new Error('not asked for'));
  writeOptimizer = () => undefined;
  setPlanes = () => undefined;
  dispose = () => undefined;
}

function watching(stride: number) {
  const points: CurvePoint[] = [];
  const positions: number[] = [];
  const watcher: Watcher = {
    now: () => 0,
    stride: () => Promise.resolve(stride),
    progress: (position) => Promise.resolve(void positions.push(position)),
    evaluated: (point) => void points.push(point),
  };
  return { watcher, points, positions };
}

function job(keep: readonly number[] = []): Job {
  const run = { seed: 1, arm: 'ticket', level: 0 } as const;
  const split = splitFor('digits', recipe.task, 1);
  const drawing = draw(planOf(recipe), model, run, null);
  return { key: 'k'.repeat(64), recipe, model, run, drawing, task: tinyTask(), split, batches: batchesOf(split.train, 20, 1), keep };
}

describe('a run', () => {
  it('whose weights end infinite behind a unit that never fires has diverged, whatever its losses say', async () => {
    const trainer = new Scripted();
    const read = () => Promise.resolve({ parameters: { 'output/bias': Float32Array.of(Infinity) }, buffers: {} });
    const infinite = new Proxy(trainer, { get: (of, key): unknown => (key === 'read' ? read : Reflect.get(of, key)) });
    await expect(trainRun(infinite, engine, job(), control, watching(40).watcher)).rejects.toMatchObject({ step: 40 });
  });

  it('that scores no number on any split has diverged', async () => {
    const trainer = new Scripted();
    trainer.metrics = (_network, examples) => Promise.resolve({ accuracy: 0, loss: examples.length === recipe.task.test ? Infinity : 1 });
    await expect(trainRun(trainer, engine, job(), control, watching(40).watcher)).rejects.toBeInstanceOf(Diverged);
  });

  it('stops at every evaluation and every snapshot asked for, whatever the stride', async () => {
    const trainer = new Scripted();
    const { watcher, points } = watching(7);
    const { kept } = await trainRun(trainer, engine, job([0, 13]), control, watcher);
    expect(trainer.calls).toEqual([7, 10, 13, 20, 27, 30, 37, 40]);
    expect(points.map(({ step }) => step)).toEqual([10, 20, 30, 40]);
    expect(Object.entries(kept).map(([step, { parameters }]) => [Number(step), parameters['output/bias'][0]])).toEqual([
      [0, 0],
      [13, 13],
    ]);
  });

  it('starts from what was drawn, all of it trained', async () => {
    const trainer = new Scripted();
    const asked = job();
    await trainRun(trainer, engine, asked, control, watching(40).watcher);
    expect(trainer.started).toMatchObject({ snapshot: asked.drawing.start, position: 0 });
    expect(trainer.started?.rateAt(0)).toBe(recipe.training.optimizer.learningRate);
  });

  it('finds early stop afterwards: measured on the snapshot of lowest validation loss, while the final weights stay the last', async () => {
    const { result, final } = await trainRun(new Scripted(), engine, job(), control, watching(40).watcher);
    expect(result.earlyStop).toEqual({ step: 20, metrics: { accuracy: { test: 0.2 }, loss: { test: 7 } } });
    expect(result.metrics.accuracy).toEqual({ train: 0.4, validation: 0.4, test: 0.4 });
    expect(final.parameters['output/bias'][0]).toBe(40);
    expect(result).toMatchObject({ key: 'k'.repeat(64), steps: 40, density: 1, layerDensity: [1, 1, 1] });
  });

  it('measures what it was drawn with, last, so that the first step waits for no test example', async () => {
    const trainer = new Scripted();
    const asked = job();
    for (const { name } of model.parameters) asked.drawing.start.parameters[name].fill(3);
    const { result } = await trainRun(trainer, engine, asked, control, watching(40).watcher);
    expect(result.initial).toEqual({ accuracy: { test: 0.03 }, loss: { test: 7 } });
    expect(trainer.measured[0]).toBe(10);
  });

  it('measures once what does not change: validation at the last step, and all that early stop there shares', async () => {
    const earlier = new Scripted();
    await trainRun(earlier, engine, job(), control, watching(40).watcher);
    // Four evaluations of two splits; then train and test, test at step 20, test as it began.
    expect(earlier.measured).toEqual([10, 10, 20, 20, 30, 30, 40, 40, 40, 40, 20, 0]);
    const last = new Scripted();
    const onlyAtTheEnd = { ...recipe, training: { ...recipe.training, evaluateEvery: 40 } };
    const { result } = await trainRun(last, engine, { ...job(), recipe: onlyAtTheEnd }, control, watching(40).watcher);
    expect(last.measured).toEqual([40, 40, 40, 40, 0]);
    expect(result.earlyStop).toEqual({ step: 40, metrics: { accuracy: { test: result.metrics.accuracy.test }, loss: { test: 7 } } });
  });

  it('measures the test examples of the curve once more for the end only where there are others', async () => {
    const trainer = new Scripted();
    const wholeTest = { ...recipe, training: { ...recipe.training, evaluateEvery: 40, curveTest: recipe.task.test } };
    await trainRun(trainer, engine, { ...job(), recipe: wholeTest }, control, watching(40).watcher);
    expect(trainer.measured).toEqual([40, 40, 40, 0]);
  });

  it('tells the mean batch loss since the last evaluation, to the last bit whatever the strides', async () => {
    const curves = [];
    for (const stride of [1, 3, 4, 7, 40]) {
      const { points, watcher } = watching(stride);
      await trainRun(new Scripted((step) => 1 / step), engine, job(), control, watcher);
      curves.push(points.map(({ trainLoss }) => trainLoss));
    }
    let sum = 0;
    for (let step = 11; step <= 20; step++) sum += 1 / step;
    expect(curves[0][1]).toBe(sum / 10);
    for (const curve of curves) expect(curve).toEqual(curves[0]);
  });

  it('that diverges ends with an error that names the learning rate and the first step whose loss is no number', async () => {
    const diverging = trainRun(new Scripted((step) => (step > 15 ? NaN : 1)), engine, job(), control, watching(4).watcher);
    await expect(diverging).rejects.toBeInstanceOf(Diverged);
    await expect(diverging).rejects.toMatchObject({ subject: 'training.optimizer.learningRate', step: 16 });
  });
});
