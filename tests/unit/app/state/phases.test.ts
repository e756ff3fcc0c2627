import { describe, expect, it } from 'vitest';
import { nextPhase, travels } from '../../../../src/app/state/phases.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { tinyRecipe } from '../../science/recipes.ts';

describe('the phase that comes next', () => {
  it.each([
    [{ level: 0, isDrawn: false, isCut: false }, 'train'],
    [{ level: 0, isDrawn: true, isCut: false }, 'train'],
    [{ level: 2, isDrawn: false, isCut: false }, 'prune'],
    [{ level: 2, isDrawn: true, isCut: true }, 'rewind'],
    [{ level: 2, isDrawn: true, isCut: false }, 'train'],
  ] as const)('at %j is %s', (standing, phase) => {
    expect(nextPhase(standing)).toBe(phase);
  });
});

describe('kept weights', () => {
  const final = { weights: 'final', schedule: 'final-rate' };

  it('travel to where they start, unless they go on from where they are', () => {
    expect(travels(planOf(tinyRecipe({})), { arm: 'ticket', level: 1 })).toBe(true);
    expect(travels(planOf(tinyRecipe({ rewind: final })), { arm: 'ticket', level: 1 })).toBe(false);
    expect(travels(planOf(tinyRecipe({ rewind: final })), { arm: 'reinit', level: 1 })).toBe(true);
    expect(travels(planOf(tinyRecipe({})), { arm: 'ticket', level: 0 })).toBe(false);
  });
});
