import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../../../src/science/plan.ts';
import { canonicalRecipe, recipeId, runKey } from '../../../../src/science/recipe/identity.ts';
import { parseRecipe } from '../../../../src/science/recipe/parse.ts';
import type { RunId } from '../../../../src/science/result.ts';

const least = { task: { dataset: 'mnist', train: 55_000, validation: 5_000, test: 10_000 }, model: { family: 'mlp', hidden: [300, 100] } };
const recipe = (changes: object = {}) => parseRecipe({ ...least, ...changes });

describe('canonical form', () => {
  it('leaves defaults and the name out', () => {
    expect(canonicalRecipe(recipe({ name: 'mine' }))).toEqual(least);
    expect(canonicalRecipe(recipe({ training: { steps: 100 }, seeds: [4] }))).toEqual({ ...least, training: { steps: 100 }, seeds: [4] });
  });

  it.each([
    {},
    { training: { optimizer: { type: 'sgd', learningRate: 0.05 }, schedule: { type: 'step', milestones: [1, 2], factor: 0.5 } } },
    { training: { optimizer: { type: 'adam', beta1: 0.8 } } },
    { pruning: { scope: 'global', rate: 0.4 } },
    { pruning: { scope: 'global' } },
    { rewind: { weights: { step: 10 } } },
    { rewind: { weights: { step: 10 }, schedule: { from: 0 } } },
    { rewind: { weights: 'final', schedule: 'final-rate' } },
  ])('%j comes back whole', (changes) => {
    expect(parseRecipe(canonicalRecipe(recipe(changes)))).toEqual(recipe(changes));
  });
});

describe('recipes from before a field was there', () => {
  it.each<[object, string, string]>([
    [{}, 'f0d14188d85752da', '13a4037fd484287d'],
    [{ pruning: { criterion: 'grasp', scoredAt: 'init' } }, '1db3caac7f9cde48', '957f780439ff1e77'],
    [{ pruning: { criterion: 'large-init-large-final' } }, '336978d19669ff05', '17c047305110ab2c'],
    [{ method: { type: 'edge-popup' }, arms: ['ticket'] }, '1bb8e8692eadea19', 'bc5942d475ac3ec1'],
    [{ method: { type: 'edge-popup', scoreRate: 0.05 }, arms: ['ticket'] }, 'db26057d16291dcd', '30e8df14b25b604f'],
  ])('%j keeps its id and its run keys', (changes, id, key) => {
    expect(recipeId(recipe(changes)).slice(0, 16)).toBe(id);
    expect(runKey(planOf(recipe(changes)), { seed: 1, arm: 'ticket', level: 3 }, 1).slice(0, 16)).toBe(key);
  });

  it('mean what they meant: no temperature, no rescaling, no decay, the wider scores', () => {
    expect(recipe({ pruning: { criterion: 'grasp' } }).pruning.temperature).toBe(1);
    const { method } = recipe({ method: { type: 'edge-popup' }, arms: ['ticket'] });
    expect(method).toMatchObject({ rescale: false, scoreDecay: 0, scoreInit: 'kaiming-uniform' });
  });
});

describe('ids', () => {
  it('are the SHA-256 of the canonical form with sorted keys', () => {
    const sorted = '{"model":{"family":"mlp","hidden":[300,100]},"task":{"dataset":"mnist","test":10000,"train":55000,"validation":5000}}';
    expect(recipeId(recipe())).toBe(createHash('sha256').update(sorted).digest('hex'));
  });

  it('do not depend on the order of keys, on the name or on defaults written out', () => {
    const { task, model } = least;
    expect(recipeId(parseRecipe({ model, task, name: 'x', pruning: { rate: 0.2 } }))).toBe(recipeId(recipe()));
    expect(recipeId(recipe({ seeds: [1] }))).not.toBe(recipeId(recipe()));
  });
});

describe('run keys', () => {
  const run: RunId = { seed: 1, arm: 'ticket', level: 3 };
  const key = (changes: object = {}, of: RunId = run, version = 1) => runKey(planOf(recipe(changes)), of, version);

  it.each([{ name: 'other' }, { arms: ['ticket'] }, { seeds: [1] }, { pruning: { levels: 5 } }])('do not change with %j', (changes) => {
    expect(key(changes)).toBe(key());
  });

  it.each([
    { training: { steps: 7000 } },
    { model: { ...least.model, activation: 'tanh' } },
    { task: { ...least.task, train: 54_000 } },
    { pruning: { rate: 0.3 } },
    { rewind: { weights: { step: 100 } } },
    { rewind: { kept: 'constant' } },
    { rewind: { cut: 'frozen' } },
    { pruning: { criterion: 'snip' } },
    { pruning: { scoredAt: 'init' } },
    { pruning: { criterion: 'grasp', temperature: 200 } },
    { method: { type: 'edge-popup' }, arms: ['ticket'] },
  ])('change with %j', (changes) => {
    expect(key(changes)).not.toBe(key());
  });

  it('change with the number of levels where rounds depend on it, and there alone', () => {
    const gradual = (levels: number) => key({ pruning: { schedule: 'gradual', levels } });
    expect(gradual(5)).not.toBe(gradual(6));
  });

  it('tell seed, arm, level and arithmetic apart', () => {
    const keys = [key(), key({}, { ...run, seed: 2 }), key({}, { ...run, arm: 'reinit' }), key({}, { ...run, level: 4 }), key({}, run, 2)];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('level 0 knows nothing of pruning and rewinding: all what-ifs share it', () => {
    const dense: RunId = { seed: 1, arm: 'ticket', level: 0 };
    expect(key({ pruning: { rate: 0.5, scope: 'global' }, rewind: { weights: { step: 100 } } }, dense)).toBe(key({}, dense));
    expect(key({ training: { steps: 7000 } }, dense)).not.toBe(key({}, dense));
  });
});
