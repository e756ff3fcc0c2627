import { expect, it } from 'vitest';
import { levelStates, type LevelState } from '../../../../src/app/state/levels.ts';
import type { Mark } from '../../../../src/science/divergence.ts';
import { runsOf } from '../../../../src/science/experiment.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { tinyRecipe } from '../../science/recipes.ts';

/** Of a recipe whose every ticket diverged, but for the dense networks. */
function states(levels: number, marked: (mark: Mark) => Mark = (mark) => mark): LevelState[] {
  const plan = planOf(tinyRecipe({ seeds: [1, 2, 3, 4], arms: ['ticket', 'reinit'], pruning: { levels } }));
  const runs = runsOf(plan);
  const dense = runs.filter(({ level }) => level === 0);
  const marks = runs.flatMap((run) => (run.level > 0 && run.arm === 'ticket' ? marked({ ...run, step: 5 }) : []));
  const ladder = Array.from({ length: levels + 1 }, (_, level) => 0.9 ** level);
  return levelStates(plan, ladder, dense, [], [], marks);
}

it('the levels of runs that diverged are over, and say of each what is missing and why', () => {
  const levels = states(3);
  // At level 1 the control is still to come: it grows from the dense network.
  expect(levels.map(({ isDone, progress }) => [isDone, progress])).toEqual([
    [true, 1],
    [false, 0.5],
    [true, 1],
    [true, 1],
  ]);
  expect(levels.map(({ missing }) => missing.length)).toEqual([0, 4, 8, 8]);
  expect(levels[2].missing.find(({ run }) => run.arm === 'reinit' && run.seed === 3)?.cause).toMatchObject({ level: 1, seed: 3, step: 5 });
});

it('marks are looked through once, not once a level', () => {
  let [looked, marks] = [0, 0];
  states(100, ({ level, ...mark }) => {
    marks++;
    return {
      ...mark,
      get level() {
        looked++;
        return level;
      },
    };
  });
  expect(marks).toBe(400);
  expect(looked).toBeGreaterThanOrEqual(marks);
  expect(looked).toBeLessThan(10 * marks);
});
