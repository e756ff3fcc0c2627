import { describe, expect, it } from 'vitest';
import { CURVE_POINTS, CURVE_SCALE, curveSteps, readCurves, valueAt, writeCurves } from '../../../../src/sessions/link/curves.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { lenet, realisticSession } from '../realistic.ts';

const recipe = lenet();
const ticket = { seed: 1, arm: 'ticket', level: 3 } as const;

describe('curves in a link', () => {
  it('keep eight evaluations, the first and the last among them, denser early on', () => {
    const steps = curveSteps(recipe, ticket);
    expect(steps).toHaveLength(CURVE_POINTS);
    expect([steps[0], steps[7]]).toEqual([100, 8000]);
    expect(steps.every((step) => step % 100 === 0)).toBe(true);
    const gaps = steps.slice(1).map((step, index) => step - steps[index]);
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
  });

  it('keep every evaluation where there are eight or fewer, and ragged last ones', () => {
    const few = tinyRecipe({ training: { batchSize: 20, steps: 50, evaluateEvery: 20, curveTest: 50 } });
    expect(curveSteps(few, ticket)).toEqual([20, 40, 50]);
    const nine = tinyRecipe({ training: { batchSize: 20, steps: 180, evaluateEvery: 20, curveTest: 50 } });
    expect(curveSteps(nine, ticket)).toHaveLength(CURVE_POINTS);
    expect(new Set(curveSteps(nine, ticket)).size).toBe(CURVE_POINTS);
  });

  it('of rewound runs start after the rewind step; reinit trains in full', () => {
    const late = { ...recipe, rewind: { ...recipe.rewind, weights: { step: 200 }, schedule: { from: 200 } } };
    expect(curveSteps(late, ticket)[0]).toBe(300);
    expect(curveSteps(late, { ...ticket, arm: 'reinit' })[0]).toBe(100);
    expect(curveSteps(late, { ...ticket, level: 0 })[0]).toBe(100);
  });

  it('are read between evaluations on a straight line', () => {
    const curve = { step: [100, 300], trainLoss: [], validationLoss: [], validationAccuracy: [0.5, 0.9], testAccuracy: [] };
    expect([50, 100, 150, 300, 400].map((step) => valueAt(curve, step))).toEqual(
      [0.5, 0.5, 0.6, 0.9, 0.9].map((value) => expect.closeTo(value, 12) as number),
    );
  });

  it('come back within half a quantum, of every run and as means over seeds', () => {
    const { runs } = realisticSession(recipe);
    const bound = 0.5 / CURVE_SCALE + 1e-12;
    const each = readCurves(planOf(recipe), runs, writeCurves(planOf(recipe), runs, 'run'));
    expect(each).toHaveLength(runs.length);
    each.forEach((curve, index) => {
      const { seed, arm, level } = runs[index];
      expect(curve).toMatchObject({ seed, arm, level });
      curve.step.forEach((step, point) =>
        expect(Math.abs(curve.validationAccuracy[point] - valueAt(runs[index].curve, step))).toBeLessThanOrEqual(bound),
      );
    });
    const means = readCurves(planOf(recipe), runs, writeCurves(planOf(recipe), runs, 'mean'));
    expect(means).toHaveLength(1 + 15 * 3);
    for (const { arm, level, seed, step, validationAccuracy } of means) {
      expect(seed).toBeNull();
      const of = runs.filter((run) => run.arm === arm && run.level === level);
      step.forEach((at, point) => {
        const mean = of.reduce((sum, { curve }) => sum + valueAt(curve, at), 0) / of.length;
        expect(Math.abs(validationAccuracy[point] - mean)).toBeLessThanOrEqual(bound);
      });
    }
  });
});
