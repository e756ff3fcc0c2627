import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mlp } from '../../../../src/models/mlp.ts';
import { prunableParameters } from '../../../../src/models/model.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { shareOut, type SharingScope } from '../../../../src/science/prune/allocation.ts';
import { densityLadder, keptAt } from '../../../../src/science/prune/counts.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { tinyRecipe } from '../recipes.ts';

/** 4 → 6 → 3: layers of 24 and 18 weights. */
const model = mlp({ family: 'mlp', hidden: [6], activation: 'relu' }, { height: 1, width: 1, channels: 4 }, 3);
const dense = Object.fromEntries(prunableParameters(model).map(({ name, size }) => [name, size]));
const shared = (scope: SharingScope, total: number, present = dense) => Object.values(shareOut(scope, model, total, present));
const scopes: SharingScope[] = ['uniform', 'erdos-renyi', 'erdos-renyi-kernel', 'smart-ratio'];

describe('layers share what is kept, worked by hand', () => {
  it('uniform: in proportion to their sizes', () => expect(shared('uniform', 21)).toEqual([12, 9]));

  it('Erdős–Rényi: in proportion to inputs + outputs, 10 to 9; a full layer passes its rest on', () => {
    expect(shared('erdos-renyi', 19)).toEqual([10, 9]);
    expect(shared('erdos-renyi', 40)).toEqual([22, 18]);
  });

  it('the kernel’s variant is the same where there are no kernels', () =>
    expect(shared('erdos-renyi-kernel', 25)).toEqual(shared('erdos-renyi', 25)));

  it('smart ratio: 30 % of the last layer, the rest in proportion to size × (r² + r), r counting layers from the end', () => {
    // 0.3 × 18 = 5.4 keeps 5; of three layers, the first has r = 3 and the second r = 2: 24 × 12 to 36 × 6.
    expect(shared('smart-ratio', 20)).toEqual([15, 5]);
    const three = mlp({ family: 'mlp', hidden: [6, 6], activation: 'relu' }, { height: 1, width: 1, channels: 4 }, 3);
    const counts = shareOut('smart-ratio', three, 33, { 'dense1/weight': 24, 'dense2/weight': 36, 'output/weight': 18 });
    expect(Object.values(counts)).toEqual([16, 12, 5]);
  });

  it('sums to the total and fits in every layer, whatever is left of them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...scopes),
        fc.nat(24),
        fc.nat(18),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (scope, one, other, share) => {
          const total = Math.floor(share * (one + other));
          const counts = shared(scope, total, { 'dense1/weight': one, 'output/weight': other });
          expect(counts[0] + counts[1]).toBe(total);
          expect(counts[0]).toBeLessThanOrEqual(one);
          expect(counts[1]).toBeLessThanOrEqual(other);
        },
      ),
    );
  });
});

describe('the ladder of a recipe', () => {
  const ladder = (pruning: Record<string, unknown>) => {
    const plan = planOf(tinyRecipe({ pruning: { levels: 4, ...pruning } }));
    return densityLadder(plan, modelOf(plan.recipe)).map((density) => Math.round(1000 * density) / 1000);
  };

  it('is one for all scopes of one rate', () => {
    for (const scope of scopes) expect(ladder({ scope, rate: 0.5 })).toEqual(ladder({ scope: 'global', rate: 0.5 }));
  });

  it('gradual: the cubic of Zhu & Gupta, as far as iterative at the end', () => {
    // s_f = 1 − 0.5⁴ = 0.9375; kept(t) = 1 − s_f (1 − (1 − t)³) at t = ¼, ½, ¾, 1.
    const gradual = ladder({ schedule: 'gradual', scope: 'global', rate: 0.5 });
    // Each of the four rounds is rounded to a whole one of 944 weights.
    [1, 0.458, 0.18, 0.077, 0.0625].forEach((kept, level) => expect(Math.abs(gradual[level] - kept)).toBeLessThan(2 / 944));
  });

  it('exponential and one-shot keep what iterative does', () => {
    const plan = planOf(tinyRecipe({ pruning: { levels: 4, rate: 0.5 } }));
    const same = planOf(tinyRecipe({ pruning: { levels: 4, rate: 0.5, schedule: 'exponential' } }));
    expect(keptAt(same, modelOf(plan.recipe), 4)).toEqual(keptAt(plan, modelOf(plan.recipe), 4));
  });
});
