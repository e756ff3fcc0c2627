/** SET and RigL on the sparse engine, against gradients worked out apart. */
import { describe, expect, it } from 'vitest';
import { createSparseEngine } from '../../../../src/engines/sparse/engine.ts';
import { draw } from '../../../../src/science/draw.ts';
import { initialise } from '../../../../src/science/init.ts';
import { learnerOf } from '../../../../src/science/learners.ts';
import { countBits, denseMask, getBit, type Mask } from '../../../../src/science/mask.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { layerCounts } from '../../../../src/science/prune/counts.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { needsOf } from '../../../../src/science/recipe/needs.ts';
import type { Arm } from '../../../../src/science/recipe/schema.ts';
import { trainRun, type RunControl } from '../../../../src/science/run.ts';
import { batchesOf } from '../../../../src/tasks/batches.ts';
import { splitFor } from '../../../../src/tasks/split.ts';
import { referenceGradients } from '../../../support/reference.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { tinyRecipe } from '../recipes.ts';

const recipeOf = (type: string, changes: object = {}) =>
  tinyRecipe({
    method: { type, every: 10, share: 0.4 },
    arms: ['ticket', 'random-mask'],
    pruning: { rate: 0.6, outputRate: 0.5, levels: 2 },
    ...changes,
  });
const model = modelOf(recipeOf('set'));
const task = tinyTask({ kind: 'floats', input: { height: 8, width: 8, channels: 1 }, classes: 10, count: 1797 });
const engine = await createSparseEngine();
const control: RunControl = {
  due: () => false,
  breathe: () => Promise.resolve(),
  withoutPause: { due: () => false, breathe: () => Promise.resolve() },
};
const final = initialise(model, 'glorot-normal', 1);
const ancestors = { parent: { mask: denseMask(model), final }, rewindPoint: null };

async function setUp(type: string, arm: Arm = 'ticket', changes: object = {}) {
  const recipe = recipeOf(type, changes);
  const plan = planOf(recipe);
  const run = { seed: 1, arm, level: 2 };
  const split = splitFor('digits', recipe.task, 1);
  const batches = batchesOf(split.train, 20, 1);
  const drawn = draw(plan, model, run, ancestors);
  const { optimizer, weightDecay, batchSize } = recipe.training;
  const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay, batchSize, networks: 1 });
  const learning = learnerOf(plan, model, run, drawn, batches);
  return { recipe, plan, run, split, batches, trainer, ...learning };
}

/** A whole run, in strides of so many steps. */
async function train(type: string, stride: number, arm: Arm = 'ticket') {
  const { recipe, run, split, batches, trainer, drawing, learner } = await setUp(type, arm);
  const watcher = { now: () => 0, stride: () => Promise.resolve(stride), progress: () => Promise.resolve(), evaluated: () => undefined };
  const job = { key: '', recipe, model, run, drawing, task, split, batches, keep: [], ...(learner === undefined ? {} : { learner }) };
  const outcome = await trainRun(trainer, engine, job, control, watcher);
  trainer.dispose();
  return { ...outcome, drawing };
}

const counts = (mask: Mask) => Object.fromEntries(Object.entries(mask).map(([name, bits]) => [name, countBits(bits)]));
const differs = (one: Mask, other: Mask) => JSON.stringify(Object.values(one)) !== JSON.stringify(Object.values(other));

describe.each(['set', 'rigl'])('%s', async (type) => {
  const outcome = await train(type, 7);

  it('keeps the ladder’s count of every layer, moves connections, and leaves absent weights at zero', () => {
    expect(counts(outcome.drawing.mask)).toEqual(layerCounts(planOf(recipeOf(type)), model, 2));
    expect(counts(outcome.mask)).toEqual(counts(outcome.drawing.mask));
    expect(differs(outcome.mask, outcome.drawing.mask)).toBe(true);
    for (const [name, bits] of Object.entries(outcome.mask))
      outcome.final.parameters[name].forEach((value, at) => {
        if (!getBit(bits, at)) expect(value).toBe(0);
      });
  });

  it.each([1, 10, 1000])('comes out the same, bit for bit, in strides of %i', async (stride) => {
    const other = await train(type, stride);
    expect(other.result.fingerprint).toBe(outcome.result.fingerprint);
    expect(other.mask).toEqual(outcome.mask);
    expect(other.result.earlyStop).toEqual(outcome.result.earlyStop);
    expect(other.result.initial).toEqual(outcome.result.initial);
  });

  it('changes nothing but what it drops and grows, which starts at zero', async () => {
    const { trainer, learner, drawing } = await setUp(type);
    if (learner === undefined) throw new Error('a learner');
    learner.begin(trainer);
    await learner.advance(trainer, 0, 10, control);
    const before = (await trainer.read(0)).parameters;
    const moments = await trainer.readOptimizer(0);
    // The update of position 10 is all that happens on the way to a trainer that trains no step.
    const still = new Proxy(trainer, {
      get: (of, key) => (key === 'train' ? () => Promise.resolve([[0]]) : (of[key as 'read'] as () => unknown).bind(of)),
    });
    await learner.advance(still, 10, 11, control);
    const after = (await trainer.read(0)).parameters;
    const momentsAfter = await trainer.readOptimizer(0);
    for (const { name, prunable, size } of model.parameters) {
      for (let at = 0; at < size; at++) {
        const stayed = !prunable || (getBit(learner.mask[name], at) && getBit(drawing.mask[name], at) && after[name][at] !== 0);
        if (stayed) {
          expect(after[name][at]).toBe(before[name][at]);
          expect(momentsAfter[`${name}/m`][at]).toBe(moments[`${name}/m`][at]);
        } else {
          expect(after[name][at]).toBe(0);
          expect(momentsAfter[`${name}/m`][at]).toBe(0);
          expect(momentsAfter[`${name}/v`][at]).toBe(0);
        }
      }
    }
    trainer.dispose();
  });
});

describe('RigL', () => {
  it('grows exactly where the gradient of the batch, worked out apart, is largest', async () => {
    const { trainer, learner, drawing, batches } = await setUp('rigl');
    if (learner === undefined) throw new Error('a learner');
    learner.begin(trainer);
    await learner.advance(trainer, 0, 10, control);
    const before = (await trainer.read(0)).parameters;
    const doubles = Object.fromEntries(Object.entries(before).map(([name, values]) => [name, [...values]]));
    const { gradients } = referenceGradients(model, doubles, task, batches.at(10));
    await learner.advance(trainer, 10, 11, control);
    for (const [name, bits] of Object.entries(learner.mask)) {
      const places = Array.from({ length: bits.size }, (_, at) => at);
      const kept = places.filter((at) => getBit(drawing.mask[name], at));
      // α/2 (1 + cos(10π/30)) = 0.3 of the kept ones.
      const moved = Math.floor(0.3 * kept.length + 0.5);
      const dropped = new Set([...kept].sort((one, other) => Math.abs(before[name][one]) - Math.abs(before[name][other])).slice(0, moved));
      const left = kept.filter((at) => !dropped.has(at));
      const open = places.filter((at) => !left.includes(at));
      const size = (at: number) => Math.abs(gradients[name][at]);
      const grown = open.sort((one, other) => size(other) - size(one)).slice(0, moved);
      expect(places.filter((at) => getBit(bits, at))).toEqual([...left, ...grown].sort((one, other) => one - other));
    }
    trainer.dispose();
  });

  it('asks for gradients of absent weights; SET does not', () => {
    expect(needsOf(recipeOf('rigl'))).toContain('dense-gradients');
    expect(needsOf(recipeOf('set'))).not.toContain('dense-gradients');
  });
});

describe('a control beside it', () => {
  it('keeps its random mask from first to last', async () => {
    const control = await train('rigl', 9, 'random-mask');
    expect(control.mask).toEqual(control.drawing.mask);
  });
});

describe('a recipe for it', () => {
  it.each([
    [{ rewind: { weights: 'final' } }, 'rewind.weights'],
    [{ rewind: { cut: 'frozen' } }, 'rewind.cut'],
    [{ pruning: { levels: 1, scope: 'global' } }, 'pruning.scope'],
    [{ pruning: { levels: 1, criterion: 'snip' } }, 'pruning.criterion'],
    [{ pruning: { levels: 1, scoredAt: 'init' } }, 'pruning.scoredAt'],
    [{ pruning: { levels: 1, signAware: true } }, 'pruning.signAware'],
    [{ arms: ['ticket', 'reinit'] }, 'arms'],
    [{ method: { type: 'rigl', every: 30 } }, 'method.every'],
    [{ method: { type: 'rigl', share: 1 } }, 'method.share'],
    [{ method: { type: 'rigl', until: 1.5 } }, 'method.until'],
  ])('refuses %j, naming the field', (changes, field) => {
    let refusal: unknown;
    try {
      recipeOf('rigl', changes);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ subject: field });
  });
});
