/** Early-bird tickets from the dense network to the last step of the ticket, on the sparse engine. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parentOf } from '../../../../src/science/chain.ts';
import { conduct, type RunRequest } from '../../../../src/science/experiment.ts';
import { draw, drawMask } from '../../../../src/science/draw.ts';
import { maskDistance, widest } from '../../../../src/science/early-bird/settling.ts';
import { denseMask } from '../../../../src/science/mask.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { runKey } from '../../../../src/science/recipe/identity.ts';
import { epochSteps } from '../../../../src/science/recipe/method.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import type { Recipe } from '../../../../src/science/recipe/schema.ts';
import type { RunOutcome } from '../../../../src/science/run.ts';
import { LabService } from '../../../../src/worker/service.ts';
import { MemoryNotebook } from '../notebook.ts';
import { tinyRecipe } from '../recipes.ts';

/** An epoch of 300 examples is 15 steps. */
const recipeOf = (method: object = {}, changes: object = {}): Recipe =>
  tinyRecipe({
    method: { type: 'early-bird', window: 3, ...method },
    training: { batchSize: 20, steps: 310, evaluateEvery: 40, curveTest: 50 },
    pruning: { levels: 1, rate: 0.5, outputRate: 0.5 },
    arms: ['ticket', 'reinit', 'random-mask'],
    ...changes,
  });

async function run(recipe: Recipe) {
  const service = new LabService({ source: { read: (path) => readFile(new URL(`../../../../datasets/${path}`, import.meta.url)) } });
  const { engine } = await service.prepare({ recipe, engine: 'sparse' }, () => undefined);
  const notebook = new MemoryNotebook();
  const plan = planOf(recipe);
  // A worker trains one run at a time.
  let last: Promise<unknown> = Promise.resolve();
  const one = (request: RunRequest): Promise<RunOutcome> => {
    const next = last.then(() => service.run(request));
    last = next;
    return next;
  };
  await conduct(plan, { arithmeticVersion: engine.arithmeticVersion, run: one }, notebook, () => undefined);
  const outcome = (level: number, arm: 'ticket' | 'reinit' | 'random-mask' = 'ticket'): RunOutcome => {
    const found = notebook.outcomes.get(runKey(plan, { seed: 1, arm, level }, engine.arithmeticVersion));
    if (found === undefined) throw new Error('not trained');
    return found;
  };
  return { plan, model: modelOf(recipe), outcome };
}

describe('an early-bird ticket', async () => {
  const recipe = recipeOf();
  const { plan, model, outcome } = await run(recipe);
  const dense = outcome(0);
  const record = dense.result.earlyBird;
  if (record === undefined) throw new Error('no record');
  const { drawnAt, steps, distances } = record;

  it('is drawn at the end of the first epoch at which the window is narrow enough, and training stops there', () => {
    expect(epochSteps(recipe)).toBe(15);
    expect(record.settled).toBe(true);
    expect(drawnAt).toBe(steps[steps.length - 1]);
    expect(steps).toEqual(steps.map((_, index) => 15 * (index + 1)));
    for (let epochs = 1; epochs <= steps.length; epochs++)
      expect(widest(distances.slice(0, epochs), 3) < 0.1).toBe(epochs === steps.length);
    expect(dense.result.steps).toBe(drawnAt);
    expect(drawnAt).toBeLessThan(310);
    expect(dense.result.curve.step[dense.result.curve.step.length - 1]).toBe(drawnAt);
  });

  it('has the mask that pruning makes of the weights at that step, and the record’s last row is its distances', () => {
    const mask = drawMask(plan, model, { seed: 1, arm: 'ticket', level: 1 }, { mask: denseMask(model), final: dense.final });
    expect(outcome(1).mask).toEqual(mask);
    expect(maskDistance(mask, mask)).toBe(0);
  });

  it('trains on from those weights at that step, and so does a random mask; a new init takes all steps', () => {
    const drawing = draw(plan, model, { seed: 1, arm: 'ticket', level: 1 }, { parent: parentOf(dense), rewindPoint: null });
    expect(drawing.position).toBe(drawnAt);
    expect(drawing.start).toEqual(dense.final);
    for (const arm of ['ticket', 'random-mask'] as const) expect(outcome(1, arm).result.steps).toBe(310 - (drawnAt ?? 0));
    expect(outcome(1, 'reinit').result.steps).toBe(310);
  });

  it('comes out the same when it is run again', async () => {
    const again = await run(recipe);
    expect(again.outcome(1).result.fingerprint).toBe(outcome(1).result.fingerprint);
    expect(again.outcome(0).result.earlyBird).toEqual(record);
  });

  it('is a run of its own, shared by what the ticket does then', () => {
    const key = (of: Recipe, level: number) => runKey(planOf(of), { seed: 1, arm: 'ticket', level }, 1);
    expect(key(recipe, 0)).not.toBe(key(recipeOf({}, { method: { type: 'prune' } }), 0));
    expect(key(recipe, 0)).not.toBe(key(recipeOf({ window: 4 }), 0));
    expect(key(recipe, 0)).not.toBe(key(recipeOf({}, { pruning: { levels: 1, rate: 0.6 } }), 0));
    expect(key(recipe, 0)).toBe(key(recipeOf({ then: 'rewind' }), 0));
    expect(key(recipe, 1)).not.toBe(key(recipeOf({ then: 'rewind' }), 1));
  });
});

describe('masks that never settle', async () => {
  const recipe = recipeOf(
    { tolerance: 1e-6 },
    { arms: ['ticket'], training: { batchSize: 20, steps: 100, evaluateEvery: 40, curveTest: 50 } },
  );
  const { outcome } = await run(recipe);

  it('give a ticket at the end, which says so and runs through the schedule once more', () => {
    const { earlyBird, steps } = outcome(0).result;
    expect(earlyBird).toMatchObject({ settled: false, drawnAt: 100, steps: [15, 30, 45, 60, 75, 90] });
    expect(steps).toBe(100);
    expect(outcome(1).result.steps).toBe(100);
  });
});

describe('a ticket that rewinds', async () => {
  const recipe = recipeOf({ then: 'rewind' }, { arms: ['ticket'], rewind: { weights: { step: 10 } } });
  const { outcome } = await run(recipe);
  it('takes the recipe’s step, of the network that was watched', () => {
    expect(outcome(0).kept[10]).toBeDefined();
    expect(outcome(1).result.steps).toBe(300);
  });
});

describe('a recipe for it', () => {
  it.each([
    [{}, { pruning: { levels: 2 } }, 'pruning.levels'],
    [{}, { pruning: { levels: 1, criterion: 'snip' } }, 'pruning.criterion'],
    [{}, { pruning: { levels: 1, criterion: 'random' } }, 'pruning.criterion'],
    [{}, { pruning: { levels: 1, scoredAt: 'init' } }, 'pruning.scoredAt'],
    [{}, { rewind: { weights: 'final' } }, 'rewind.weights'],
    [{ then: 'rewind' }, { rewind: { weights: { step: 50 } } }, 'rewind.weights.step'],
    [{ window: 30 }, {}, 'training.steps'],
    [{}, { training: { batchSize: 20, steps: 3000 } }, 'training.steps'],
    [{ tolerance: 0 }, {}, 'method.tolerance'],
    [{ window: 1 }, {}, 'method.window'],
  ])('refuses %j %j, naming the field', (method, changes, field) => {
    let refusal: unknown;
    try {
      recipeOf(method, changes);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ subject: field });
  });
});
