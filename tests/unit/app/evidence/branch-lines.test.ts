import { describe, expect, it } from 'vitest';
import { branchLines } from '../../../../src/app/lab/evidence/branch-lines.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { addRun, growBranch, TRUNK } from '../../../../src/sessions/session.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleResult, sampleSession } from '../../sessions/sample.ts';

const recipe = tinyRecipe();
const trunk = sampleSession(recipe);
const harsher = { ...recipe, pruning: { ...recipe.pruning, rate: 0.5 } };
const grown = growBranch(trunk, 'b1', TRUNK, 1, 'harsher', harsher);
const session = addRun(grown, 'b1', sampleResult(harsher, { seed: 1, arm: 'ticket', level: 2 }));
const lines = (shown: string) => branchLines(session, shown, modelOf(recipe), ({ testAccuracy }) => testAccuracy);

describe('branches beside the one on the bench', () => {
  it('are lines from where they grew, at the densities of their own ladder', () => {
    const [line, ...rest] = lines(TRUNK);
    expect(rest).toEqual([]);
    expect([line.id, line.name, line.points.length]).toEqual(['b1', 'harsher', 2]);
    // The first point is the trunk's level 1; the second keeps about half of it, not four fifths.
    expect(line.points[1].density / line.points[0].density).toBeLessThan(0.6);
  });

  it('the trunk is one of them while a what-if is on the bench', () => {
    expect(lines('b1').map(({ id, name }) => [id, name])).toEqual([[TRUNK, 'Trunk']]);
  });

  it('there are none where nothing grew', () => {
    expect(branchLines(trunk, TRUNK, modelOf(recipe), () => 0)).toEqual([]);
  });
});
