import { describe, expect, it } from 'vitest';
import { initialise } from '../../../../src/science/init.ts';
import { bitsWhere, fullBits } from '../../../../src/science/mask.ts';
import { smallestKept } from '../../../../src/science/prune/smallest.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { tinyRecipe } from '../recipes.ts';

const weights = Float32Array.of(0.5, -0.1, 0.3, -0.7, 0.2, 0, 0.3);
const all = fullBits(7);

describe('the smallest size kept', () => {
  it('is the keep-th largest size, whatever the signs', () => {
    const kept = Array.from({ length: 7 }, (_, index) => smallestKept([{ weights, present: all }], index + 1));
    expect(kept).toEqual([0.7, 0.5, 0.3, 0.3, 0.2, 0.1, 0].map(Math.fround));
    expect(smallestKept([{ weights, present: all }], 0)).toBe(Infinity);
  });

  it('looks at present weights only, and over layers together', () => {
    const present = bitsWhere(7, (index) => index !== 3);
    expect(smallestKept([{ weights, present }], 1)).toBe(0.5);
    const other = { weights: Float32Array.of(-0.6, 0.05), present: fullBits(2) };
    expect(smallestKept([{ weights, present }, other], 1)).toBe(Math.fround(0.6));
    expect(() => smallestKept([other], 3)).toThrow(RangeError);
  });

  it('agrees with a sort on weights as they are drawn', () => {
    const recipe = tinyRecipe();
    const values = initialise(modelOf(recipe), 'glorot-normal', 5).parameters['dense1/weight'];
    const sorted = values.map(Math.abs).sort();
    for (const keep of [1, 2, 100, 333, values.length])
      expect(smallestKept([{ weights: values, present: fullBits(values.length) }], keep)).toBe(sorted[values.length - keep]);
  });
});
