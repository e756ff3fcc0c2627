import { describe, expect, it } from 'vitest';
import { draw, stepsOf, type Ancestors } from '../../../src/science/draw.ts';
import { initialise } from '../../../src/science/init.ts';
import { countBits, denseMask, getBit, layerDensity, type Mask } from '../../../src/science/mask.ts';
import { planOf } from '../../../src/science/plan.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import type { Arm, Recipe } from '../../../src/science/recipe/schema.ts';
import type { Snapshot } from '../../../src/science/tensors.ts';
import { tinyRecipe } from './recipes.ts';

const recipe = tinyRecipe();
const model = modelOf(recipe);

/** Weights as if trained: another draw, far from the init and from each other. */
const trained = (name: string): Snapshot => initialise(model, 'kaiming-uniform', 99, name);
const level1: Ancestors = { parent: { mask: denseMask(model), final: trained('final') }, rewindPoint: null };
const at = (arm: Arm, level = 1, of: Recipe = recipe, ancestors: Ancestors = level1, seed = 1) =>
  draw(planOf(of), model, { seed, arm, level }, ancestors);
const counts = (mask: Mask) => Object.values(mask).map(countBits);

describe('level 0', () => {
  it('is the dense network at its init', () => {
    const dense = draw(planOf(recipe), model, { seed: 1, arm: 'ticket', level: 0 }, null);
    expect(layerDensity(model, dense.mask)).toEqual([1, 1, 1]);
    expect(dense.start).toEqual(initialise(model, 'glorot-normal', 1));
    expect(dense.position).toBe(0);
  });
});

describe('the ticket', () => {
  it('keeps the weights that end largest, and starts them at their init bit for bit', () => {
    const ticket = at('ticket');
    const final = level1.parent.final.parameters['dense2/weight'];
    const cut = [...final].map(Math.abs).sort((a, b) => b - a)[countBits(ticket.mask['dense2/weight']) - 1];
    for (let index = 0; index < final.length; index++)
      expect(getBit(ticket.mask['dense2/weight'], index)).toBe(Math.abs(final[index]) >= cut);
    expect(ticket.start).toEqual(initialise(model, 'glorot-normal', 1));
  });
});

describe('each control changes what it claims and only that', () => {
  const ticket = at('ticket');

  it('reinit: the ticket’s mask, a new init of its own at every level, the whole schedule', () => {
    const rewinding = tinyRecipe({ rewind: { weights: { step: 20 } } });
    const ancestors = { ...level1, rewindPoint: trained('step 20') };
    const reinit = at('reinit', 1, rewinding, ancestors);
    expect(reinit.mask).toEqual(ticket.mask);
    expect(reinit.start.parameters['dense1/weight']).not.toEqual(ticket.start.parameters['dense1/weight']);
    expect(at('reinit', 2, recipe, level1).start).not.toEqual(at('reinit', 1).start);
    expect([reinit.position, at('ticket', 1, rewinding, ancestors).position]).toEqual([0, 20]);
    expect([
      stepsOf(planOf(rewinding), { seed: 1, arm: 'reinit', level: 1 }),
      stepsOf(planOf(rewinding), { seed: 1, arm: 'ticket', level: 1 }),
    ]).toEqual([40, 20]);
  });

  it('random-mask: other weights, the same count a layer, the ticket’s own start, biases included, nested', () => {
    const random = at('random-mask');
    expect(random.start).toEqual(ticket.start);
    expect(counts(random.mask)).toEqual(counts(ticket.mask));
    expect(random.mask).not.toEqual(ticket.mask);
    const next = at('random-mask', 2);
    for (let index = 0; index < 768; index++)
      if (getBit(next.mask['dense1/weight'], index)) expect(getBit(random.mask['dense1/weight'], index)).toBe(true);
    expect(at('random-mask', 1, recipe, level1, 2).mask).not.toEqual(random.mask);
    // It looks at no trained weight.
    expect(at('random-mask', 1, recipe, { ...level1, parent: { ...level1.parent, final: trained('other') } }).mask).toEqual(random.mask);
  });

  it('shuffled-mask: the ticket’s mask in another order within each layer, the ticket’s own start', () => {
    const shuffled = at('shuffled-mask');
    expect(shuffled.start).toEqual(ticket.start);
    expect(counts(shuffled.mask)).toEqual(counts(ticket.mask));
    for (const name of Object.keys(ticket.mask)) expect(shuffled.mask[name]).not.toEqual(ticket.mask[name]);
    expect(shuffled.mask).not.toEqual(at('random-mask').mask);
  });

  it('under global scope the shuffled mask keeps the ticket’s layer densities, the random mask its own', () => {
    const global = tinyRecipe({ pruning: { scope: 'global', levels: 3 } });
    const [cut, shuffled, random] = (['ticket', 'shuffled-mask', 'random-mask'] as const).map((arm) => counts(at(arm, 1, global).mask));
    expect(shuffled).toEqual(cut);
    expect(random).not.toEqual(cut);
    expect(random.reduce((a, b) => a + b)).toBe(cut.reduce((a, b) => a + b));
  });
});

describe('rewinding', () => {
  it('to a step: starts from that snapshot bit for bit, and takes the schedule up there', () => {
    const rewindPoint = trained('step 20');
    const ticket = at('ticket', 1, tinyRecipe({ rewind: { weights: { step: 20 } } }), { ...level1, rewindPoint });
    expect(ticket.start).toEqual(rewindPoint);
    expect(ticket.position).toBe(20);
  });

  it('of the learning rate alone: final weights, earlier schedule', () => {
    const of = tinyRecipe({
      rewind: { weights: 'final', schedule: { from: 10 } },
      training: { ...recipe.training, schedule: { type: 'cosine' } },
    });
    const ticket = at('ticket', 1, of);
    expect(ticket.start).toEqual(level1.parent.final);
    expect(ticket.position).toBe(10);
    expect(ticket.rateAt(10)).toBeGreaterThan(ticket.rateAt(39));
  });

  it('fine-tuning: final weights at the last rate', () => {
    const of = tinyRecipe({
      rewind: { weights: 'final', schedule: 'final-rate' },
      training: { ...recipe.training, schedule: { type: 'cosine' } },
    });
    const ticket = at('ticket', 1, of);
    expect(ticket.start).toEqual(level1.parent.final);
    expect(ticket.rateAt(0)).toBe(ticket.rateAt(39));
  });

  it('a missing rewind point is a fault, not a silent init', () => {
    expect(() => at('ticket', 1, tinyRecipe({ rewind: { weights: { step: 20 } } }))).toThrow('step 20');
  });
});
