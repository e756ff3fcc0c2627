import { describe, expect, it } from 'vitest';
import { overlaps } from '../../../../src/science/analysis/overlap.ts';
import { bitsWhere, denseMask, type Mask } from '../../../../src/science/mask.ts';
import { prunableParameters } from '../../../../src/models/model.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { tinyRecipe } from '../recipes.ts';

const model = modelOf(tinyRecipe());
const where = (keeps: (index: number) => boolean): Mask =>
  Object.fromEntries(prunableParameters(model).map(({ name, size }) => [name, bitsWhere(size, keeps)]));

describe('the overlap of masks', () => {
  it('is the share of the sparser one’s weights that the other keeps, whichever comes first', () => {
    const even = where((index) => index % 2 === 0);
    const sixth = where((index) => index % 6 === 0);
    const third = where((index) => index % 3 === 0);
    for (const [one, other] of [
      [even, sixth],
      [sixth, even],
    ])
      expect(overlaps(model, one, other).map(({ share }) => share)).toEqual([1, 1, 1]);
    const [{ share, chance }] = overlaps(model, even, third);
    expect(share).toBeCloseTo(0.5, 2);
    expect(chance).toBeCloseTo(0.5, 2);
  });

  it('is everything beside the dense network and with an empty mask', () => {
    const none = where(() => false);
    expect(
      overlaps(
        model,
        denseMask(model),
        where((index) => index < 3),
      ).every(({ share, chance }) => share === 1 && chance === 1),
    ).toBe(true);
    expect(overlaps(model, none, denseMask(model)).every(({ share }) => share === 1)).toBe(true);
  });
});
