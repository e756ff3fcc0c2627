/** The sessions that ship: they can be read, agree with each other, and show what the paper says. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { figuresOf, summarise } from '../../../src/science/analysis/summary.ts';
import { density } from '../../../src/science/mask.ts';
import { planOf } from '../../../src/science/plan.ts';
import { densityLadder } from '../../../src/science/prune/counts.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import { canonicalRecipe } from '../../../src/science/recipe/identity.ts';
import { parseRecipeText } from '../../../src/science/recipe/parse.ts';
import { importSession } from '../../../src/sessions/reading.ts';
import { decodeLink } from '../../../src/sessions/link.ts';

const read = (path: string): string => readFileSync(new URL(`../../../public/${path}`, import.meta.url), 'utf8');

describe('LeNet-300-100 on MNIST', async () => {
  const session = importSession(read('examples/lenet-300-100-mnist.json'), 'lenet-300-100-mnist.json');
  const shared = await decodeLink(read('examples/lenet-300-100-mnist.txt').trim());
  const summaries = summarise(session.runs.map(figuresOf));
  const of = (level: number, arm: 'ticket' | 'reinit' | 'random-mask') => {
    const found = summaries.find((summary) => summary.level === level && summary.arm === arm);
    if (found === undefined) throw new Error(`no ${arm} at level ${level}`);
    return found;
  };
  const dense = of(0, 'ticket');

  it('is of the recipe that ships, every run of it', () => {
    const recipe = parseRecipeText(read('recipes/lenet-300-100-mnist.json'));
    expect(canonicalRecipe(session.branches[0].recipe)).toEqual(canonicalRecipe(recipe));
    expect(session.runs).toHaveLength(3 * (1 + 15 * 3));
  });

  it('is the same as a file and as a link, fingerprints too; the link’s masks are as dense as they should be', () => {
    const key = ({ seed, arm, level }: { seed: number; arm: string; level: number }) => `${seed} ${arm} ${level}`;
    const there = new Map(shared.figures.map((run) => [key(run), run]));
    for (const run of session.runs) {
      expect(there.get(key(run))?.fingerprint).toBe(run.fingerprint.slice(0, 8));
      expect(there.get(key(run))?.testAccuracy).toBe(run.metrics.accuracy.test);
      expect(there.get(key(run))?.earlyStop.step).toBe(run.earlyStop.step);
    }
    const ladder = densityLadder(planOf(shared.recipe), modelOf(shared.recipe));
    expect(shared.masks.filter(({ seed }) => seed === 1).map(({ level }) => level)).toHaveLength(15);
    for (const { level, mask } of shared.masks) expect(density(mask)).toBe(ladder[level]);
  });

  it('tickets learn faster: at 21 % their validation loss is lowest at least 38 % earlier (Frankle & Carbin 2019)', () => {
    expect(of(7, 'ticket').earlyStopStep.mean).toBeLessThanOrEqual(0.62 * dense.earlyStopStep.mean);
  });

  it('tickets are above the dense network from 41 % down to 3.6 %, before that among its seeds; reinit is below them from 21 % on', () => {
    for (let level = 4; level <= 15; level++) expect(of(level, 'ticket').testAccuracy.mean).toBeGreaterThan(dense.testAccuracy.mean);
    for (let level = 1; level < 4; level++) expect(of(level, 'ticket').testAccuracy.mean).toBeGreaterThan(dense.testAccuracy.min);
    for (let level = 7; level <= 15; level++)
      expect(of(level, 'reinit').testAccuracy.mean).toBeLessThan(of(level, 'ticket').testAccuracy.mean);
    expect(of(15, 'reinit').testAccuracy.mean).toBeLessThan(of(7, 'reinit').testAccuracy.mean);
  });
});
