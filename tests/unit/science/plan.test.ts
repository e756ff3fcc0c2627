import { describe, expect, it } from 'vitest';
import { draw, stepsOf, type Ancestors } from '../../../src/science/draw.ts';
import { runsOf, stepsToKeep } from '../../../src/science/experiment.ts';
import { initialise } from '../../../src/science/init.ts';
import { bitsWhere, countBits, denseMask, getBit, type Mask } from '../../../src/science/mask.ts';
import { baseLevel, ownerOf, parentLevel, planOf, recipeAt, type Plan } from '../../../src/science/plan.ts';
import { densityLadder, keptAt } from '../../../src/science/prune/counts.ts';
import { runKey } from '../../../src/science/recipe/identity.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import type { RunId } from '../../../src/science/result.ts';
import { tinyRecipe } from './recipes.ts';

const trunk = planOf(tinyRecipe({ pruning: { levels: 6 } }));
const grow = (plan: Plan, level: number, changes: Record<string, unknown>): Plan => ({
  recipe: tinyRecipe({ pruning: { levels: 6 }, ...changes }),
  from: { plan, level },
});
const model = modelOf(trunk.recipe);
const ticket = (level: number): RunId => ({ seed: 1, arm: 'ticket', level });
const key = (plan: Plan, run: RunId) => runKey(plan, run, 1);

describe('a what-if', () => {
  const faster = grow(trunk, 2, { pruning: { levels: 6, rate: 0.5 } });
  const later = grow(faster, 4, { pruning: { levels: 6, rate: 0.1 } });

  it('takes over the levels up to its fork, through every generation', () => {
    expect([0, 2, 3, 4, 5].map((level) => recipeAt(later, level).pruning.rate)).toEqual([0.2, 0.2, 0.5, 0.5, 0.1]);
    expect([1, 3, 6].map((level) => ownerOf(later, level))).toEqual([trunk, faster, later]);
    expect([trunk, faster, later].map(baseLevel)).toEqual([0, 2, 4]);
    // Grown below its parent's own fork, it is the grandparent's child.
    expect(ownerOf(grow(faster, 1, {}), 1)).toBe(trunk);
  });

  it('is cut from the level before, or in one shot from its fork', () => {
    const oneShot = grow(trunk, 2, { pruning: { levels: 6, schedule: 'one-shot' } });
    expect([1, 2, 3, 6].map((level) => parentLevel(oneShot, level))).toEqual([0, 1, 2, 2]);
    expect([1, 2, 3, 6].map((level) => parentLevel(later, level))).toEqual([0, 1, 2, 5]);
  });

  it('counts on from what its past kept, worked by hand for the output layer', () => {
    // 80 weights of the output layer: 10 % off twice gives 72, 65 (6.5 rounds half up to 7); then the changed rate.
    const harsher = grow(trunk, 2, { pruning: { levels: 6, outputRate: 0.5 } });
    expect([0, 1, 2, 3, 4].map((level) => keptAt(harsher, model, level).layers?.['output/weight'])).toEqual([80, 72, 65, 32, 16]);
    const global = grow(trunk, 2, { pruning: { levels: 6, scope: 'global' } });
    const before = keptAt(trunk, model, 2).total;
    expect(keptAt(global, model, 3)).toEqual({ total: before - Math.floor(0.2 * before + 0.5), layers: null });
    expect(densityLadder(faster, model).slice(0, 3)).toEqual(densityLadder(trunk, model).slice(0, 3));
  });

  it('trains only tickets on the levels it took over, and all its arms after them', () => {
    const levels = runsOf(faster, 3).map(({ arm, level }) => `${level} ${arm}`);
    expect(levels).toEqual(['0 ticket', '1 ticket', '2 ticket', '3 ticket', '3 reinit', '3 random-mask', '3 shuffled-mask']);
  });

  it('draws its masks by its own rule from the mask its past left, random masks nested in those of the past', () => {
    const parentMask: Mask = Object.fromEntries(
      Object.entries(denseMask(model)).map(([name, { size }]) => [name, bitsWhere(size, (index) => index < size / 2)]),
    );
    const final = initialise(model, 'kaiming-uniform', 9, 'final');
    const ancestors: Ancestors = { parent: { mask: parentMask, final }, rewindPoint: null };
    const drawn = draw(faster, model, ticket(3), ancestors);
    for (const [name, bits] of Object.entries(drawn.mask)) {
      const rate = name === 'output/weight' ? 0.1 : 0.5;
      const present = countBits(parentMask[name]);
      expect(countBits(bits)).toBe(present - Math.floor(rate * present + 0.5));
    }
    const random = (plan: Plan, level: number) => draw(plan, model, { ...ticket(level), arm: 'random-mask' }, ancestors).mask;
    const [past, next] = [random(trunk, 2)['dense1/weight'], random(faster, 3)['dense1/weight']];
    for (let index = 0; index < next.size; index++) if (getBit(next, index)) expect(getBit(past, index)).toBe(true);
    expect(countBits(next)).toBe(keptAt(faster, model, 3).layers?.['dense1/weight']);
  });

  it('rewinds where its own recipe says, on levels of its own alone', () => {
    const rewinding = grow(trunk, 2, { rewind: { weights: { step: 15 } } });
    expect(stepsToKeep(rewinding)).toContain(15);
    expect([2, 3].map((level) => stepsOf(rewinding, ticket(level)))).toEqual([40, 25]);
  });
});

describe('run keys of a what-if', () => {
  const harder = { pruning: { levels: 6, rate: 0.5 } };

  it('are its past’s on the levels it took over', () => {
    const branch = grow(trunk, 2, harder);
    for (const level of [0, 1, 2]) expect(key(branch, ticket(level))).toBe(key(trunk, ticket(level)));
    expect(key(branch, ticket(3))).not.toBe(key(trunk, ticket(3)));
  });

  it('tell apart where it grew and from what', () => {
    const keys = [
      key(planOf(tinyRecipe(harder)), ticket(4)),
      key(grow(trunk, 1, harder), ticket(4)),
      key(grow(trunk, 2, harder), ticket(4)),
      key(grow(planOf(tinyRecipe({ rewind: { weights: { step: 10 } } })), 2, harder), ticket(4)),
      key(grow(grow(trunk, 1, { pruning: { levels: 6, rate: 0.3 } }), 2, harder), ticket(4)),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('grown from the dense network are those of its recipe alone: nothing is computed twice', () => {
    expect(key(grow(trunk, 0, harder), ticket(3))).toBe(key(planOf(tinyRecipe(harder)), ticket(3)));
    const shorter = { training: { batchSize: 20, steps: 30, evaluateEvery: 10, curveTest: 50 } };
    expect(key(grow(trunk, 0, shorter), ticket(3))).not.toBe(key(planOf(tinyRecipe(shorter)), ticket(3)));
  });
});
