/** What every level keeps, for plans of any depth: as the rounds say one by one, for the work of one round a level. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prunableParameters, type Model } from '../../../../src/models/model.ts';
import { baseLevel, ownerOf, ownersOf, parentLevel, planOf, type Plan } from '../../../../src/science/plan.ts';
import { densityLadder, keptAt } from '../../../../src/science/prune/counts.ts';
import { keptAfterRounds } from '../../../../src/science/prune/rounds.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { pruningSchedules, structures, type Recipe } from '../../../../src/science/recipe/schema.ts';
import { counted } from '../../../support/work.ts';
import { tinyRecipe } from '../recipes.ts';

const RATE = 0.03;

interface Grown {
  readonly schedule: (typeof pruningSchedules)[number];
  readonly rate: number;
  readonly outputRate: number;
  readonly fork: number;
}

const recipeOf = ({ schedule, rate, outputRate }: Grown, levels: number, hidden: readonly number[] = [12, 8]) =>
  tinyRecipe({ model: { family: 'mlp', hidden }, pruning: { levels, schedule, scope: 'layerwise', rate, outputRate } });

const nested = (all: readonly Grown[], levels: number, hidden?: readonly number[]): Plan =>
  all
    .slice(1)
    .reduce<Plan>(
      (plan, one) => ({ recipe: recipeOf(one, levels, hidden), from: { plan, level: one.fork } }),
      planOf(recipeOf(all[0], levels, hidden)),
    );

/** By the definition: every round of every level, from the level that it is cut from. */
function byDefinition(plan: Plan, model: Model, level: number): Record<string, number> {
  if (level === 0) return Object.fromEntries(prunableParameters(model).map(({ name, size }) => [name, size]));
  const owner = ownerOf(plan, level);
  const { pruning } = owner.recipe;
  const base = baseLevel(owner);
  const share = (rate: number, at: number): number => {
    const rest = 1 - (at - base) / (pruning.levels - base);
    let all = 1;
    for (let round = base; round < pruning.levels; round++) all *= 1 - rate;
    return 1 - (1 - all) * (1 - rest * rest * rest);
  };
  const from = byDefinition(plan, model, parentLevel(plan, level));
  return Object.fromEntries(
    Object.entries(from).map(([name, count]) => {
      const rate = name === 'output/weight' ? pruning.outputRate : pruning.rate;
      let left = count;
      for (let at = parentLevel(plan, level) + 1; at <= level; at++) {
        const cut = pruning.schedule === 'gradual' ? 1 - share(rate, at) / share(rate, at - 1) : rate;
        left -= Math.floor(cut * left + 0.5);
      }
      return [name, left];
    }),
  );
}

const grown = (levels: number): fc.Arbitrary<Grown> =>
  fc.record({
    schedule: fc.constantFrom(...pruningSchedules.filter((schedule) => schedule !== 'exponential')),
    rate: fc.double({ min: 0, max: 0.6, noNaN: true }),
    outputRate: fc.double({ min: 0, max: 0.6, noNaN: true }),
    fork: fc.integer({ min: 0, max: levels - 1 }),
  });

describe('the ladder', () => {
  it('is what the rounds leave one by one, wherever what-ifs grew and whichever level is asked first', () => {
    const levels = 9;
    fc.assert(
      fc.property(
        fc.array(grown(levels), { minLength: 1, maxLength: 6 }),
        fc.shuffledSubarray([...Array(levels + 1).keys()]),
        (all, asked) => {
          const plan = nested(all, levels);
          const model = modelOf(plan.recipe);
          for (const level of asked) expect(keptAt(plan, model, level).layers).toEqual(byDefinition(plan, model, level));
          expect(ownersOf(plan)).toEqual(Array.from({ length: levels + 1 }, (_, level) => ownerOf(plan, level)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of rounds made at once is the same as of each by itself', () => {
    const plan = nested([{ schedule: 'one-shot', rate: 0.2, outputRate: 0.1, fork: 0 }], 12);
    const [up, down] = [[...Array(12).keys()], [...Array(12).keys()].reverse()].map((order) =>
      order.map((index) => keptAfterRounds(planOf(plan.recipe), index + 1, 1000, 0.2)),
    );
    expect(down.toReversed()).toEqual(up);
  });

  const wide = Array.from({ length: 16 }, () => 8);
  const cases = structures
    .filter((structure) => structure !== 'inputs')
    .flatMap((structure) => pruningSchedules.map((schedule) => [structure, schedule] as const));

  it.each(cases)('is the work of one round a level, however deep what-ifs are nested: %s, %s', async (structure, schedule) => {
    const levels = 128;
    const layers = wide.length + 1;
    const recipe = { ...recipeOf({ schedule: 'iterative', rate: RATE, outputRate: RATE, fork: 0 }, levels, wide) };
    const own: Recipe = { ...recipe, pruning: { ...recipe.pruning, structure, schedule, blockSize: 64 } };
    const [flat, deep] = [0, 127].map((depth) =>
      Array.from({ length: depth }).reduce<Plan>((plan, _, level) => ({ recipe: own, from: { plan, level } }), planOf(own)),
    );
    const work = async (plan: Plan): Promise<number> => (await counted(() => densityLadder(plan, modelOf(plan.recipe)))).total;
    const [shallow, nestedWork] = [await work(flat), await work(deep)];
    expect(shallow).toBeGreaterThan(levels * layers);
    expect(shallow).toBeLessThan(60 * levels * layers);
    // Each what-if may go once through all rounds of its recipe.
    expect(nestedWork).toBeLessThan(shallow + 8 * levels * levels);
  });
});
