/** What every level keeps: by the recipe, and where that is learned, by the tickets that have come of it. */
import { mean } from 'simple-statistics';
import type { Model } from '../../models/model.ts';
import type { RunFigures } from '../../science/analysis/summary.ts';
import { recipeAt, type Plan } from '../../science/plan.ts';
import { densityLadder } from '../../science/prune/counts.ts';

/** Density (0..1) of every level; of a learned mask the mean over seeds, and until there is one where it begins. */
export function ladderOf(plan: Plan, model: Model, figures: readonly RunFigures[]): readonly number[] {
  const ladder = densityLadder(plan, model);
  if (plan.recipe.method.type !== 'bernoulli' && plan.from === null) return ladder;
  return ladder.map((density, level) => {
    if (level === 0 || recipeAt(plan, level).method.type !== 'bernoulli') return density;
    const told = figures.filter((one) => one.level === level && one.arm === 'ticket').map((one) => one.density);
    return told.length === 0 ? density : mean(told);
  });
}
