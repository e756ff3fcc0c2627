import { describe, expect, it } from 'vitest';
import { BINS_PER_SIDE, binOf, limitsOf, widened } from '../../../../src/science/analysis/histogram.ts';
import { cutBelow, cutExactly, difference, isCutNext, nextCut, nextThresholds } from '../../../../src/science/analysis/next-cut.ts';
import { initialise } from '../../../../src/science/init.ts';
import { bitsWhere, countBits, denseMask, fullBits, getBit } from '../../../../src/science/mask.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { keptAt } from '../../../../src/science/prune/counts.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { tinyRecipe } from '../recipes.ts';

describe('what is cut next', () => {
  const recipe = tinyRecipe();
  const plan = planOf(recipe);
  const model = modelOf(recipe);
  const mask = denseMask(model);
  const final = initialise(model, 'glorot-normal', 9).parameters;
  const run = { seed: 1, arm: 'ticket', level: 0 } as const;
  const limits = limitsOf(model, recipe);
  const sum = (counts: Uint32Array): number => counts.reduce((total, count) => total + count, 0);

  it('is counted by the recipe: as many below the threshold as the next level cuts', () => {
    const thresholds = nextThresholds(plan, model, 0, mask, final);
    if (thresholds === null) throw new Error('sizes decide here');
    const live = cutBelow(thresholds, mask, final, limits);
    const counts = keptAt(plan, model, 1).layers ?? {};
    for (const { name, size } of model.parameters.filter(({ prunable }) => prunable))
      expect(sum(live[name].counts)).toBe(size - counts[name]);
  });

  it('is exactly what the next level then lacks, weight by weight', () => {
    const cut = nextCut(plan, model, run, mask, final);
    const thresholds = nextThresholds(plan, model, 0, mask, final);
    if (cut === null || thresholds === null) throw new Error('level 1 is cut from level 0');
    for (const [name, bits] of Object.entries(cut)) {
      for (let index = 0; index < bits.size; index++) expect(getBit(bits, index)).toBe(Math.abs(final[name][index]) < thresholds[name]);
      expect(cutExactly(cut, final, limits, thresholds)[name]).toEqual(cutBelow(thresholds, mask, final, limits)[name]);
    }
  });

  it('has one threshold for all layers under global scope, none where size does not decide', () => {
    const global = nextThresholds(planOf(tinyRecipe({ pruning: { levels: 3, scope: 'global' } })), model, 0, mask, final);
    expect(new Set(Object.values(global ?? {})).size).toBe(1);
    const random = planOf(tinyRecipe({ pruning: { levels: 3, criterion: 'random' } }));
    expect(nextThresholds(random, model, 0, mask, final)).toBeNull();
    const cut = nextCut(random, model, run, mask, final);
    const counts = keptAt(random, model, 1).layers ?? {};
    for (const [name, bits] of Object.entries(cut ?? {})) expect(countBits(bits)).toBe(bits.size - counts[name]);
  });

  it('is asked only of runs that a level is cut from', () => {
    expect(isCutNext(plan, { seed: 1, arm: 'ticket', level: 2 })).toBe(true);
    expect(isCutNext(plan, { seed: 1, arm: 'ticket', level: 3 })).toBe(false);
    expect(isCutNext(plan, { seed: 1, arm: 'reinit', level: 1 })).toBe(false);
    const oneShot = planOf(tinyRecipe({ pruning: { levels: 3, schedule: 'one-shot' } }));
    expect([0, 1].map((level) => isCutNext(oneShot, { seed: 1, arm: 'ticket', level }))).toEqual([true, false]);
    expect(nextCut(plan, model, { ...run, level: 3 }, mask, final)).toBeNull();
  });

  it('is a difference of masks', () => {
    const from = { w: bitsWhere(10, (index) => index < 8) };
    const to = { w: bitsWhere(10, (index) => index % 2 === 0) };
    expect(difference(from, to)).toEqual({ w: bitsWhere(10, (index) => [1, 3, 5, 7].includes(index)) });
  });
});

describe('the range of a histogram', () => {
  it('puts values into equal bins, the ones beyond into the outermost', () => {
    expect([-9, -1, -0.001, 0, 0.999, 9].map((value) => binOf(value, 1))).toEqual([
      0,
      0,
      BINS_PER_SIDE - 1,
      BINS_PER_SIDE,
      2 * BINS_PER_SIDE - 1,
      2 * BINS_PER_SIDE - 1,
    ]);
  });

  it('is five deviations of the init, and grows only when more than one weight in fifty is beyond', () => {
    const recipe = tinyRecipe();
    const limits = limitsOf(modelOf(recipe), recipe);
    expect(limits['dense1/weight']).toBeCloseTo(5 * Math.sqrt(2 / (64 + 12)), 12);
    const grown = (beyond: number) => ({ w: Float32Array.from({ length: 100 }, (_, index) => (index < beyond ? 2 : 0.1)) });
    const kept = { w: fullBits(100) };
    expect(widened({ w: 1 }, kept, grown(2))).toEqual({ w: 1 });
    expect(widened({ w: 1 }, kept, grown(3))).toEqual({ w: 2.25 });
    expect(widened({ w: 1 }, { w: bitsWhere(100, (index) => index > 0) }, grown(2))).toEqual({ w: 1 });
  });
});
