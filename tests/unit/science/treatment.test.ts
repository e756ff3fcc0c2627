import { describe, expect, it } from 'vitest';
import { begin, type Ancestors } from '../../../src/science/draw.ts';
import { initialise } from '../../../src/science/init.ts';
import { bitsWhere, denseMask, getBit } from '../../../src/science/mask.ts';
import { planOf } from '../../../src/science/plan.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import { needsOf } from '../../../src/science/recipe/needs.ts';
import { tinyRecipe } from './recipes.ts';

const model = modelOf(tinyRecipe());
const NAME = 'dense2/weight';
const trained = initialise(model, 'kaiming-uniform', 99);
trained.parameters['dense2/bias'].fill(0.5);
const ancestors: Ancestors = { parent: { mask: denseMask(model), final: trained }, rewindPoint: null };
const mask = Object.fromEntries(Object.entries(denseMask(model)).map(([name, { size }]) => [name, bitsWhere(size, (at) => at % 3 === 0)]));
const begun = (rewind: Record<string, unknown>, arm: 'ticket' | 'reinit' = 'ticket') =>
  begin(planOf(tinyRecipe({ rewind })), model, { seed: 1, arm, level: 1 }, ancestors, mask);
const kept = (values: Float32Array) => [...values].filter((_, at) => getBit(mask[NAME], at));
const init = initialise(model, 'glorot-normal', 1);
const plain = kept(init.parameters[NAME]);
const sorted = (values: readonly number[]) => [...values].sort((one, other) => one - other);

describe('what becomes of kept weights', () => {
  it('rewound: nothing', () => expect(begun({}).start).toEqual(init));

  it('fresh: another draw, with the ticket’s biases and schedule', () => {
    const fresh = begun({ kept: 'fresh', weights: 'final', schedule: { from: 20 } });
    expect(kept(fresh.start.parameters[NAME]).filter((value, at) => value === plain[at])).toEqual([]);
    expect(fresh.start.parameters['dense2/bias']).toEqual(trained.parameters['dense2/bias']);
    expect(fresh.position).toBe(20);
  });

  it('shuffled: the same values in other places', () => {
    const values = kept(begun({ kept: 'shuffled' }).start.parameters[NAME]);
    expect(values).not.toEqual(plain);
    expect(sorted(values)).toEqual(sorted(plain));
  });

  it('constant: the sign of the init times the layer’s standard deviation', () => {
    const deviation = Math.fround(Math.sqrt(2 / (12 + 8)));
    expect(kept(begun({ kept: 'constant' }).start.parameters[NAME])).toEqual(plain.map((value) => Math.sign(value) * deviation));
  });

  it('shuffled signs: every size in its place, as many signs of each kind, not in theirs', () => {
    const values = kept(begun({ kept: 'shuffled-signs' }).start.parameters[NAME]);
    expect(values.map(Math.abs)).toEqual(plain.map(Math.abs));
    const positive = (some: readonly number[]) => some.filter((value) => value > 0).length;
    expect(positive(values)).toBe(positive(plain));
    expect(values).not.toEqual(plain);
  });
});

describe('what becomes of cut weights', () => {
  it('zero: they are absent', () => expect(begun({}).planes[NAME]).toEqual({ present: mask[NAME], trainable: mask[NAME] }));

  it('frozen: all present at their init, only the kept ones trained', () => {
    const { planes, start } = begun({ cut: 'frozen', weights: 'final' });
    for (let at = 0; at < mask[NAME].size; at++) {
      expect(getBit(planes[NAME].present, at)).toBe(true);
      const expected = getBit(mask[NAME], at) ? trained : init;
      expect(start.parameters[NAME][at]).toBe(expected.parameters[NAME][at]);
    }
    expect(planes[NAME].trainable).toEqual(mask[NAME]);
  });

  it('frozen if grown: absent where training took the weight towards zero', () => {
    const { planes } = begun({ cut: 'frozen-if-grown' });
    for (let at = 0; at < mask[NAME].size; at++) {
      const grew = Math.abs(trained.parameters[NAME][at]) >= Math.abs(init.parameters[NAME][at]);
      expect(getBit(planes[NAME].present, at)).toBe(getBit(mask[NAME], at) || grew);
    }
  });

  it('reinit freezes its own init', () => {
    const { start } = begun({ cut: 'frozen' }, 'reinit');
    expect(start.parameters[NAME]).toEqual(initialise(model, 'glorot-normal', 1, 'reinit/1').parameters[NAME]);
  });

  it('asks the engine for frozen weights beforehand', () => {
    expect(needsOf(tinyRecipe({ rewind: { cut: 'frozen' } }))).toContain('frozen-weights');
    expect(needsOf(tinyRecipe())).not.toContain('frozen-weights');
  });
});
