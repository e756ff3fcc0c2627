/** Runs take their places in a session as they come: listed in one order, and looked at by no more than their neighbours. */
import { describe, expect, it } from 'vitest';
import { runsOf } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import type { RunResult } from '../../../src/science/result.ts';
import { stream } from '../../../src/numerics/streams.ts';
import { addRun, newSession, TRUNK, type Session, type SessionRun } from '../../../src/sessions/session.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleResult, sampleSession } from './sample.ts';

const recipe = tinyRecipe({ seeds: [2, 1], arms: ['ticket', 'reinit'] });
const results = runsOf(planOf(recipe)).map((run) => sampleResult(recipe, run));
const namesOf = ({ runs }: Session): string[] => runs.map(({ seed, arm, level }) => `${level}/${seed}/${arm}`);
const add = (session: Session, more: readonly RunResult[]): Session =>
  more.reduce((grown, result) => addRun(grown, TRUNK, result), session);

/** In an order of their own. */
function shuffled<Item>(items: readonly Item[], name: string): Item[] {
  const source = stream(1, name);
  return items
    .map((item) => ({ item, place: source.uniform() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

describe('adding a run', () => {
  it('lists runs level by level, seed by seed as the recipe has them, whichever ended first', () => {
    const walked = add(newSession(recipe), results);
    expect(namesOf(walked).slice(0, 5)).toEqual(['0/2/ticket', '0/1/ticket', '1/2/ticket', '1/2/reinit', '1/1/ticket']);
    for (const name of ['a', 'b', 'c']) expect(add(newSession(recipe), shuffled(results, name))).toEqual(walked);
  });

  it('sorts a session whose runs stand otherwise, as those of a file may', () => {
    const { runs, ...session } = sampleSession(recipe);
    const [first, ...others] = results;
    const foreign = shuffled(
      runs.filter(({ key }) => key !== first.key),
      'file',
    );
    expect(addRun({ ...session, runs: foreign }, TRUNK, first)).toEqual(add(newSession(recipe), [first, ...others]));
  });

  it('replaces the same run, every copy of it, and keeps others that the recipe no longer names', () => {
    const others = [7, 8].map((seed) => sampleResult(recipe, { seed, arm: 'ticket', level: 1 }));
    const session = add(newSession(recipe), [...others, ...results]);
    expect(namesOf(session).slice(2, 5)).toEqual(['1/7/ticket', '1/8/ticket', '1/2/ticket']);
    const again = { ...others[0], trainMs: 1 };
    const twice = { ...session, runs: session.runs.flatMap((run) => (run.seed === 7 ? [run, run] : run)) };
    const replaced = addRun(twice, TRUNK, again);
    expect(namesOf(replaced).slice(2, 5)).toEqual(['1/8/ticket', '1/7/ticket', '1/2/ticket']);
    expect(replaced.runs).toHaveLength(session.runs.length);
    expect(replaced.runs[3].trainMs).toBe(1);
  });

  it('looks at a few of thousands of runs', () => {
    const seeds = Array.from({ length: 64 }, (_, index) => index + 1);
    const wide = tinyRecipe({ seeds, arms: ['ticket', 'reinit'], pruning: { ...recipe.pruning, levels: 30 } });
    let looked = 0;
    const runs = runsOf(planOf(wide)).map(({ level, ...run }): SessionRun => ({
      ...results[0],
      ...run,
      branch: TRUNK,
      get level() {
        looked++;
        return level;
      },
    }));
    expect(runs.length).toBeGreaterThan(3000);
    const [one, other] = [1, 2].map((level) => sampleResult(wide, { seed: 25, arm: 'reinit', level }));
    const known = addRun({ ...newSession(wide), runs }, TRUNK, one);
    looked = 0;
    expect(addRun(known, TRUNK, other).runs).toHaveLength(runs.length);
    expect(looked).toBeLessThan(100);
  });
});
