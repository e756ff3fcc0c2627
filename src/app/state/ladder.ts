/** What every level keeps: by the recipe, and where that is learned, by the tickets that have come of it. */
import { mean } from 'simple-statistics';
import type { Model } from '../../models/model.ts';
import { groupBy } from '../../science/group.ts';
import type { RunFigures } from '../../science/analysis/summary.ts';
import { ownersOf, type Plan } from '../../science/plan.ts';
import { densityLadder } from '../../science/prune/counts.ts';

/**
 * Density (0..1) of every level; of a learned mask the mean over seeds, and until there is one where it begins. Figures
 * are looked at only where a mask is learned.
 */
export function ladderOf(plan: Plan, model: Model, figures: () => readonly RunFigures[]): readonly number[] {
  const ladder = densityLadder(plan, model);
  const owners = ownersOf(plan);
  if (owners.every(({ recipe }) => recipe.method.type !== 'bernoulli')) return ladder;
  const tickets = groupBy(
    figures().filter(({ arm }) => arm === 'ticket'),
    ({ level }) => level,
  );
  return ladder.map((density, level) => {
    if (level === 0 || owners[level].recipe.method.type !== 'bernoulli') return density;
    const told = tickets.get(level);
    return told === undefined ? density : mean(told.map((one) => one.density));
  });
}
