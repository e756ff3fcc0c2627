import { describe, expect, it } from 'vitest';
import { rewindStep, rewindSteps } from '../../../src/science/chain.ts';
import { planOf, type Plan } from '../../../src/science/plan.ts';
import { tinyRecipe } from './recipes.ts';

const plan = (weights: unknown): Plan => planOf(tinyRecipe({ pruning: { levels: 3 }, rewind: { weights } }));

describe('the steps that a plan rewinds to', () => {
  it('are named once, however many levels rewind to them', () => {
    expect(rewindStep(plan({ step: 5 }), 2)).toBe(5);
    expect(rewindSteps(plan({ step: 5 }))).toEqual([5]);
  });

  it('are none where tickets start from the init, step 0, or from the final weights: nothing needs to be kept for that', () => {
    for (const weights of ['init', 'final', { step: 0 }]) {
      expect(rewindStep(plan(weights), 1)).toBeNull();
      expect(rewindSteps(plan(weights))).toEqual([]);
    }
  });

  it('are those of every level: a what-if keeps what its trunk rewinds to', () => {
    const whatIf: Plan = { recipe: plan({ step: 8 }).recipe, from: { plan: plan({ step: 5 }), level: 1 } };
    expect([1, 2, 3].map((level) => rewindStep(whatIf, level))).toEqual([5, 8, 8]);
    expect(rewindSteps(whatIf)).toEqual([5, 8]);
  });
});
