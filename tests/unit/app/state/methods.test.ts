/** Choosing a method in the panel: what changes with it, what it makes of a session, and the ladder it is shown with. */
import { describe, expect, it } from 'vitest';
import { edited, isWhatIf } from '../../../../src/app/state/edits.ts';
import { ladderOf } from '../../../../src/app/state/ladder.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { densityLadder } from '../../../../src/science/prune/counts.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { parseRecipe } from '../../../../src/science/recipe/parse.ts';
import { methodTypes } from '../../../../src/science/recipe/schema.ts';
import { tinyRecipe } from '../../science/recipes.ts';

const training = { batchSize: 20, steps: 310, evaluateEvery: 40, curveTest: 50 };
const before = tinyRecipe({
  training,
  pruning: { levels: 3, scope: 'global', criterion: 'movement', signAware: true },
  rewind: { weights: { step: 5 }, cut: 'frozen' },
});

describe('choosing a method', () => {
  it.each(methodTypes)('%s makes a recipe that can be run, with settings of its own', (type) => {
    const recipe = parseRecipe(edited(before, 'method.type', type));
    expect(recipe.method.type).toBe(type);
    if (type !== 'prune' && type !== 'early-bird') expect(recipe.pruning).toMatchObject({ criterion: 'magnitude', scope: 'layerwise' });
  });

  it('keeps the controls that a method has, and lets the others go', () => {
    expect(parseRecipe(edited(before, 'method.type', 'rigl')).arms).toEqual(['ticket', 'random-mask']);
    expect(parseRecipe(edited(before, 'method.type', 'bernoulli')).arms).toEqual(['ticket']);
    expect(parseRecipe(edited(before, 'method.type', 'early-bird'))).toMatchObject({ arms: before.arms, pruning: { levels: 1 } });
  });

  it('goes back to pruning without what the other method had', () => {
    const there = edited(before, 'method.type', 'set');
    expect(parseRecipe(edited(there, 'method.type', 'prune')).method).toEqual({ type: 'prune' });
  });
});

describe('what a recipe that is begun now says, as the authors’ code has it', () => {
  it('GraSP divides logits by 200; another criterion takes it back', () => {
    const plain = tinyRecipe({ training });
    for (const criterion of ['grasp', 'grasp-magnitude']) {
      const chosen = parseRecipe(edited(plain, 'pruning.criterion', criterion));
      expect(chosen.pruning).toMatchObject({ criterion, temperature: 200 });
      expect(parseRecipe(edited(chosen, 'pruning.criterion', 'magnitude'))).toEqual(plain);
      expect(parseRecipe(edited(chosen, 'method.type', 'set')).pruning.temperature).toBe(1);
    }
  });

  it('edge-popup rescales, with the authors’ scores', () => {
    const { method } = parseRecipe(edited(before, 'method.type', 'edge-popup'));
    expect(method).toMatchObject({ rescale: true, scoreInit: 'fan-in-uniform', scoreDecay: 0.0001 });
  });
});

describe('an early-bird ticket as a what-if', () => {
  const plain = tinyRecipe({ training, pruning: { levels: 1 } });
  const early = (method: object = {}) => tinyRecipe({ training, pruning: { levels: 1 }, method: { type: 'early-bird', ...method } });

  it('needs a dense network that was watched for it', () => {
    expect(isWhatIf(plain, early())).toBe(false);
    expect(isWhatIf(early(), early({ window: 4 }))).toBe(false);
    expect(isWhatIf(early(), early({ then: 'rewind' }))).toBe(true);
    expect(isWhatIf(early(), plain)).toBe(true);
  });
});

describe('the ladder', () => {
  const recipe = tinyRecipe({ method: { type: 'bernoulli' }, arms: ['ticket'], pruning: { levels: 2 } });
  const figure = (seed: number, level: number, density: number) =>
    ({ seed, arm: 'ticket', level, density, testAccuracy: 0, earlyStop: { step: 0, testAccuracy: 0 } }) as const;

  it('tells what learned masks came to keep, and until then where they begin', () => {
    const [plan, model] = [planOf(recipe), modelOf(recipe)];
    const begins = densityLadder(plan, model);
    expect(ladderOf(plan, model, () => [])).toEqual(begins);
    expect(ladderOf(plan, model, () => [figure(1, 0, 1), figure(1, 1, 0.5), figure(2, 1, 0.7)])).toEqual([1, 0.6, begins[2]]);
  });

  it('is the recipe’s where that says it all', () => {
    const plan = planOf(before);
    expect(ladderOf(plan, modelOf(before), () => [figure(1, 1, 0.1)])).toEqual(densityLadder(plan, modelOf(before)));
  });
});
