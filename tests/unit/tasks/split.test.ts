import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasets, findDataset } from '../../../src/tasks/catalogue.ts';
import { splitFor } from '../../../src/tasks/split.ts';

/** A set and sizes that it can give. */
const askable = fc.constantFrom(...datasets.filter(({ pool }) => pool <= 4_000).map(({ name }) => name), 'fashion-mnist').chain((name) => {
  const { pool, test } = findDataset(name);
  const shared = test > 0 ? pool : pool - 1;
  return fc
    .integer({ min: 1, max: shared - 1 })
    .chain((train) =>
      fc
        .integer({ min: 1, max: shared - train })
        .chain((validation) =>
          fc
            .integer({ min: 1, max: test > 0 ? test : pool - train - validation })
            .map((count) => ({ name, sizes: { train, validation, test: count } })),
        ),
    );
});

describe('a split', () => {
  it('has the sizes asked for, disjoint, from where they should be, and is a function of the seed', () => {
    fc.assert(
      fc.property(askable, fc.integer({ min: 0, max: 2 ** 31 - 1 }), ({ name, sizes }, seed) => {
        const dataset = findDataset(name);
        const split = splitFor(name, sizes, seed);
        expect([split.train.length, split.validation.length, split.test.length]).toEqual([sizes.train, sizes.validation, sizes.test]);
        const all = new Set([...split.train, ...split.validation, ...split.test]);
        expect(all.size).toBe(sizes.train + sizes.validation + sizes.test);
        if (dataset.test > 0) {
          const limit = sizes.train + sizes.validation;
          expect([split.train, split.validation].every((part) => part.every((example) => example < limit))).toBe(true);
          expect([...split.test]).toEqual(Array.from({ length: sizes.test }, (_, index) => dataset.pool + index));
        } else {
          expect([...all].every((example) => example < dataset.pool)).toBe(true);
        }
        expect(splitFor(name, sizes, seed)).toEqual(split);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps to the shards that its sizes need', () => {
    const { train, validation } = splitFor('mnist', { train: 10_000, validation: 1_000, test: 10_000 }, 1);
    expect(Uint32Array.from([...train, ...validation]).sort()).toEqual(Uint32Array.from({ length: 11_000 }, (_, index) => index));
  });

  it('differs from seed to seed, 0 among them, and is random', () => {
    const sizes = { train: 55_000, validation: 5_000, test: 10_000 };
    const [zero, one, two] = [0, 1, 2].map((seed) => splitFor('mnist', sizes, seed));
    expect(zero.validation).not.toEqual(one.validation);
    expect(one.validation).not.toEqual(two.validation);
    expect(one.test).toEqual(two.test);
    // 5 000 validation numbers, uniform over 60 000: mean 29 999.5, standard error 235.
    const mean = one.validation.reduce((sum, example) => sum + example, 0) / 5_000;
    expect(Math.abs(mean - 29_999.5)).toBeLessThan(5 * 235);
  });

  it('is refused where the set has not that many', () => {
    expect(() => splitFor('iris', { train: 150, validation: 1, test: 1 }, 1)).toThrow('task.train');
    expect(() => splitFor('nothing', { train: 1, validation: 1, test: 1 }, 1)).toThrow('nothing');
  });

  it('stays what it was', () => {
    // Stored results and shared links depend on these numbers.
    expect([...splitFor('digits', { train: 1_300, validation: 200, test: 297 }, 1).train.subarray(0, 5)]).toEqual([
      1646, 1229, 428, 144, 1572,
    ]);
  });
});
