import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../../src/models/build.ts';
import { stream } from '../../../../src/numerics/streams.ts';
import { denseMask, density, getBit } from '../../../../src/science/mask.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { randomScores } from '../../../../src/science/prune/criteria.ts';
import { randomMask } from '../../../../src/science/prune/random-mask.ts';
import { keepTop } from '../../../../src/science/prune/top.ts';
import { tinyRecipe } from '../recipes.ts';

const model = buildModel({ family: 'mlp', hidden: [300, 100], activation: 'relu' }, { height: 28, width: 28, channels: 1 }, 10);
const plan = (pruning: Readonly<Record<string, unknown>> = {}) => planOf(tinyRecipe({ pruning: { levels: 3, ...pruning } }));

describe('a random mask', () => {
  it('lies in the one of the level before, at the recipe’s own counts, iterative or not', () => {
    const masks = [1, 2, 3].map((level) => randomMask(plan(), model, level, 3));
    expect(masks.map((mask) => (100 * density(mask)).toFixed(1))).toEqual(['80.0', '64.1', '51.3']);
    for (let index = 0; index < 1000; index++)
      if (getBit(masks[2]['output/weight'], index)) expect(getBit(masks[0]['output/weight'], index)).toBe(true);
    expect(randomMask(plan({ schedule: 'one-shot' }), model, 3, 3)['output/weight']).toEqual(masks[2]['output/weight']);
  });

  it('is another for another seed, rate or level, whatever was asked for before', () => {
    const asked = [
      randomMask(plan(), model, 2, 3),
      randomMask(plan(), model, 2, 4),
      randomMask(plan({ rate: 0.5 }), model, 2, 3),
      randomMask(plan(), model, 1, 3),
    ];
    expect(new Set(asked.map((mask) => mask['dense2/weight'].bytes.join())).size).toBe(4);
    expect(randomMask(plan(), model, 2, 3)).toEqual(asked[0]);
    expect(randomMask(plan(), model, 0, 3)).toEqual(denseMask(model));
  });

  it('keeps the highest of scores that are drawn once', () => {
    const scores = randomScores(model, 3, 'random-mask');
    const name = 'dense2/weight';
    const kept = randomMask(plan(), model, 1, 3)[name];
    const count = [...kept.bytes].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    const [expected] = keepTop([{ scores: scores[name], present: denseMask(model)[name] }], count, stream(1, 'unused'));
    expect(kept).toEqual(expected);
  });
});
