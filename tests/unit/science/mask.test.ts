import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mlp } from '../../../src/models/mlp.ts';
import { bitsWhere, countBits, denseMask, density, fullBits, getBit, layerDensity } from '../../../src/science/mask.ts';

it('bits say what they were told, and unused bits are zero', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 100 }), (flags) => {
      const bits = bitsWhere(flags.length, (index) => flags[index]);
      expect(flags.map((_, index) => getBit(bits, index))).toEqual(flags);
      expect(countBits(bits)).toBe(flags.filter(Boolean).length);
      expect(bits.bytes.length).toBe(Math.ceil(flags.length / 8));
    }),
  );
  expect([...fullBits(11).bytes]).toEqual([0xff, 0x07]);
});

it('density is over all weights, layer by layer over each', () => {
  const model = mlp({ family: 'mlp', hidden: [4], activation: 'relu' }, { height: 1, width: 1, channels: 2 }, 3);
  const mask = { ...denseMask(model), 'dense1/weight': bitsWhere(8, (index) => index < 2) };
  expect(density(mask)).toBe(14 / 20);
  expect(layerDensity(model, mask)).toEqual([0.25, 1]);
});
