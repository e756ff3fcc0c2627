import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mlp } from '../../../../src/models/mlp.ts';
import type { Model } from '../../../../src/models/model.ts';
import { drawMask } from '../../../../src/science/draw.ts';
import { initialise } from '../../../../src/science/init.ts';
import { countBits, denseMask, getBit, type Mask } from '../../../../src/science/mask.ts';
import { planOf, type Plan } from '../../../../src/science/plan.ts';
import { keptAt } from '../../../../src/science/prune/counts.ts';
import { prune } from '../../../../src/science/prune/prune.ts';
import { keptUnits } from '../../../../src/science/prune/units.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { tinyRecipe } from '../recipes.ts';

/** Two inputs, four hidden units, two classes. */
const net = mlp({ family: 'mlp', hidden: [4], activation: 'relu' }, { height: 1, width: 2, channels: 1 }, 2);
const under = (pruning: object): Plan => planOf(tinyRecipe({ model: { family: 'mlp', hidden: [4] }, pruning: { levels: 3, ...pruning } }));
const cutBy = (plan: Plan, model: Model, level: number, from: Mask, scores: Readonly<Record<string, readonly number[]>>): Mask =>
  prune(
    plan,
    model,
    level,
    from,
    () => Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, Float32Array.from(values)])),
    1,
    'ties',
  );
const shown = (mask: Mask): Record<string, string> =>
  Object.fromEntries(
    Object.entries(mask).map(([name, bits]) => [name, Array.from({ length: bits.size }, (_, at) => Number(getBit(bits, at))).join('')]),
  );

describe('whole neurons', () => {
  const scores = {
    // Means 2.5, 1, 5 and 1.5: half of four units go, the second and the fourth.
    'dense1/weight': [2, 3, 1, 1, 9, 1, 0, 3],
    // What leaves a unit has no say.
    'output/weight': [0, 9, 0, 9, 0, 9, 0, 9],
  };
  const plan = under({ structure: 'neurons', rate: 0.5 });

  it('go by their mean score, weights in and out together, worked by hand', () => {
    const first = cutBy(plan, net, 1, denseMask(net), scores);
    expect(shown(first)).toEqual({ 'dense1/weight': '11001100', 'output/weight': '10101010' });
    const second = cutBy(plan, net, 2, first, scores);
    expect(shown(second)).toEqual({ 'dense1/weight': '00001100', 'output/weight': '00100010' });
    // The last one stays: nothing would reach the classes.
    expect(cutBy(plan, net, 3, second, scores)).toEqual(second);
  });

  it('score by the weights that are left where single weights were cut before', () => {
    const from = cutBy(under({ rate: 0.5 }), net, 1, denseMask(net), { ...scores, 'dense1/weight': [8, 0, 7, 6, 0, 5, 1, 0] });
    expect(shown(from)['dense1/weight']).toBe('10110100');
    const mask = cutBy(plan, net, 1, from, { ...scores, 'dense1/weight': [3, 99, 2, 3, 99, 1, 99, 99] });
    // The third unit's one weight scores 1, and the fourth has none left and does not count among three: 2 of 3 go (round half up).
    expect(shown(mask)['dense1/weight']).toBe('10000000');
  });
});

describe('input pixels', () => {
  it('go by the mean score of the weights they feed, and only the first layer loses any', () => {
    const wide = mlp({ family: 'mlp', hidden: [2], activation: 'relu' }, { height: 1, width: 3, channels: 1 }, 2);
    const plan = under({ structure: 'inputs', rate: 0.4 });
    // Columns (5, 1), (0, 2) and (3, 3); 0.4 × 3 rounds to 1.
    const mask = cutBy(plan, wide, 1, denseMask(wide), { 'dense1/weight': [5, 0, 3, 1, 2, 3], 'output/weight': [0, 0, 0, 0] });
    expect(shown(mask)).toEqual({ 'dense1/weight': '101101', 'output/weight': '1111' });
  });
});

describe('N:M blocks', () => {
  const wide = mlp({ family: 'mlp', hidden: [1], activation: 'relu' }, { height: 1, width: 6, channels: 1 }, 1);
  const plan = under({ structure: 'blocks', blockSize: 4, levels: 3 });
  const scores = { 'dense1/weight': [1, 4, 3, 2, 6, 5], 'output/weight': [1] };

  it('lose one weight of every four a level; a short block loses none until its turn', () => {
    const levels: Mask[] = [];
    let from = denseMask(wide);
    for (const level of [1, 2, 3]) {
      from = cutBy(plan, wide, level, from, scores);
      levels.push(from);
    }
    expect(levels.map((mask) => shown(mask)['dense1/weight'])).toEqual(['011111', '011011', '010010']);
    expect(levels.map((mask) => shown(mask)['output/weight'])).toEqual(['1', '1', '1']);
  });

  it('go straight to the level’s rung in one shot', () => {
    const mask = cutBy(under({ structure: 'blocks', blockSize: 4, schedule: 'one-shot' }), wide, 2, denseMask(wide), scores);
    expect(shown(mask)['dense1/weight']).toBe('011011');
  });

  it('settle ties by the seed: always exactly N stay', () => {
    const even = { 'dense1/weight': [1, 1, 1, 1, 1, 1], 'output/weight': [1] };
    const masks = [1, 2, 3, 4, 5, 6].map((seed) =>
      prune(
        plan,
        wide,
        2,
        denseMask(wide),
        () => ({ 'dense1/weight': Float32Array.from(even['dense1/weight']), 'output/weight': Float32Array.of(1) }),
        seed,
        'ties',
      ),
    );
    for (const mask of masks) expect(shown(mask)['dense1/weight']).toMatch(/^(?=(.*1){4})/);
    expect(masks.map((mask) => shown(mask)['dense1/weight'].slice(0, 4).replaceAll('0', '')).join('')).toBe('11'.repeat(6));
    expect(new Set(masks.map((mask) => shown(mask)['dense1/weight'])).size).toBeGreaterThan(1);
  });
});

const structures = ['neurons', 'inputs', 'blocks'] as const;
const random = (model: Model, seed: number) => ({ mask: denseMask(model), final: initialise(model, 'glorot-normal', seed) });

describe.each(structures)('%s', (structure) => {
  it('keep exactly what was foretold, level after level, and never bring a weight back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.constantFrom('ticket', 'random-mask', 'inverted-mask', 'shuffled-mask'),
        fc.integer({ min: 0, max: 99 }),
        (hidden, rate, arm, seed) => {
          const recipe = tinyRecipe({ model: { family: 'mlp', hidden }, pruning: { levels: 3, rate, structure } });
          const [plan, model] = [planOf(recipe), modelOf(recipe)];
          let parent = random(model, seed);
          for (const level of [1, 2, 3]) {
            const mask = drawMask(plan, model, { seed, arm, level }, parent);
            const counts = Object.fromEntries(Object.entries(mask).map(([name, bits]) => [name, countBits(bits)]));
            expect(counts).toEqual(keptAt(plan, model, level).layers);
            const ticket = drawMask(plan, model, { seed, arm: 'ticket', level }, parent);
            for (const [name, bits] of Object.entries(ticket))
              for (let at = 0; at < bits.size; at++) if (getBit(bits, at)) expect(getBit(parent.mask[name], at)).toBe(true);
            parent = { ...parent, mask: ticket };
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stay together when they are shuffled', () => {
    const recipe = tinyRecipe({ model: { family: 'mlp', hidden: [12, 8] }, pruning: { levels: 2, rate: 0.4, structure } });
    const [plan, model] = [planOf(recipe), modelOf(recipe)];
    const [ticket, shuffled] = (['ticket', 'shuffled-mask'] as const).map((arm) =>
      drawMask(plan, model, { seed: 1, arm, level: 1 }, random(model, 1)),
    );
    expect(shuffled).not.toEqual(ticket);
    const units = (mask: Mask): number[] => keptUnits(model, mask).map(countBits);
    if (structure === 'neurons') {
      expect(units(shuffled)).toEqual(units(ticket));
      const kept = keptUnits(model, shuffled);
      for (let at = 0; at < 8 * 12; at++)
        expect(getBit(shuffled['dense2/weight'], at)).toBe(getBit(kept[1], Math.floor(at / 12)) && getBit(kept[0], at % 12));
    } else if (structure === 'inputs') {
      for (let at = 0; at < 64 * 12; at++) expect(getBit(shuffled['dense1/weight'], at)).toBe(getBit(shuffled['dense1/weight'], at % 64));
    } else {
      for (let block = 0; block < (64 * 12) / 4; block++)
        expect([0, 1, 2, 3].filter((at) => getBit(shuffled['dense1/weight'], 4 * block + at))).toHaveLength(3);
    }
  });
});

describe('the inverted mask', () => {
  it('keeps exactly what the ticket cuts where each is half', () => {
    const recipe = tinyRecipe({ pruning: { levels: 1, rate: 0.5, outputRate: 0.5 } });
    const [plan, model] = [planOf(recipe), modelOf(recipe)];
    const [ticket, inverted] = (['ticket', 'inverted-mask'] as const).map((arm) =>
      drawMask(plan, model, { seed: 1, arm, level: 1 }, random(model, 1)),
    );
    for (const [name, { size }] of Object.entries(ticket))
      for (let at = 0; at < size; at++) expect(getBit(inverted[name], at)).toBe(!getBit(ticket[name], at));
  });

  it('is cut from the ticket before, whose largest weights go', () => {
    const recipe = tinyRecipe({ pruning: { levels: 2, rate: 0.3, outputRate: 0.3 } });
    const [plan, model] = [planOf(recipe), modelOf(recipe)];
    const dense = random(model, 3);
    const parent = { ...dense, mask: drawMask(plan, model, { seed: 3, arm: 'ticket', level: 1 }, dense) };
    const inverted = drawMask(plan, model, { seed: 3, arm: 'inverted-mask', level: 2 }, parent);
    for (const [name, bits] of Object.entries(inverted)) {
      const size = (kept: boolean): number[] =>
        [...parent.final.parameters[name]].map(Math.abs).filter((_, at) => getBit(parent.mask[name], at) && getBit(bits, at) === kept);
      expect(Math.max(...size(true))).toBeLessThanOrEqual(Math.min(...size(false)));
    }
  });
});

describe('a recipe', () => {
  const refused = (pruning: object, others: object = {}): string => {
    try {
      tinyRecipe({ pruning: { levels: 2, ...pruning }, ...others });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  it('is refused where its structure goes with nothing else it says, and told the field', () => {
    expect(refused({ structure: 'neurons', scope: 'global' })).toContain('Set pruning.scope to layerwise');
    expect(refused({ structure: 'neurons', schedule: 'exponential' })).toContain('Set pruning.schedule to iterative');
    expect(refused({ structure: 'inputs', signAware: true })).toContain('Set pruning.signAware to false');
    expect(refused({ structure: 'neurons' }, { model: { family: 'mlp', hidden: [] } })).toContain('Set model.hidden');
    expect(refused({ structure: 'blocks', levels: 4 })).toContain('Set pruning.levels to 3');
    expect(refused({ structure: 'blocks', outputRate: 0.3 })).toContain('under pruning.structure "blocks" one rate');
    expect(refused({ structure: 'blocks', levels: 3 })).toBe('');
  });
});
