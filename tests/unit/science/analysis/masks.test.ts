/** Mask analyses against cases worked out by hand. */
import { describe, expect, it } from 'vitest';
import { collapsedLayers, effectiveMask } from '../../../../src/science/analysis/connectivity.ts';
import { distances } from '../../../../src/science/analysis/distance.ts';
import { maskReport } from '../../../../src/science/analysis/mask-report.ts';
import { signAgreement } from '../../../../src/science/analysis/signs.ts';
import { countBits, denseMask, type Mask } from '../../../../src/science/mask.ts';
import { Builder } from '../../../support/tiny-nets.ts';
import { chain, maskOf } from './chain.ts';

const values = (hidden: readonly number[], output: readonly number[]) => ({
  'dense1/weight': Float32Array.from(hidden),
  'dense1/bias': Float32Array.of(5, 5),
  'output/weight': Float32Array.from(output),
  'output/bias': Float32Array.of(5, 5),
});
const kept = (mask: Mask | null): number[] => (mask === null ? [] : Object.values(mask).map(countBits));

describe('connectivity', () => {
  it('drops weights out of a unit that no input reaches, and into one that reaches no output', () => {
    // Unit 1 has no input left, so its way out is of no use; unit 0 is whole.
    expect(kept(effectiveMask(chain, maskOf(['11', '00'], ['11', '01'])))).toEqual([2, 1]);
    // Unit 1 has no output left, so its ways in are of no use.
    expect(kept(effectiveMask(chain, maskOf(['10', '11'], ['10', '10'])))).toEqual([1, 2]);
    // No way through at all, although half of the weights are kept.
    expect(kept(effectiveMask(chain, maskOf(['11', '00'], ['01', '01'])))).toEqual([0, 0]);
  });

  it('leaves a mask whose every weight is on a way', () => {
    const dense = denseMask(chain);
    expect(effectiveMask(chain, dense)).toEqual(dense);
    const diagonal = maskOf(['10', '01'], ['10', '01']);
    expect(effectiveMask(chain, diagonal)).toEqual(diagonal);
  });

  it('is not told of networks that are no chain of dense layers', () => {
    const model = new Builder({ height: 4, width: 4, channels: 1 }).conv(2, 3, 1, 1).activate('relu').dense(3).model('images');
    expect(effectiveMask(model, denseMask(model))).toBeNull();
  });

  it('names the layers of which nothing is left', () => {
    expect(collapsedLayers(chain, maskOf(['00', '00'], ['01', '01']))).toEqual(['dense1/weight']);
    expect(collapsedLayers(chain, maskOf(['10', '00'], ['01', '01']))).toEqual([]);
  });
});

describe('what training did to the kept weights', () => {
  const mask = maskOf(['11', '10'], ['10', '00']);
  const start = values([3, -4, 0, 9], [2, 9, 9, 9]);
  const final = values([3, 4, 0, -9], [-1, -9, -9, -9]);

  it('signs: of those kept, how many are what they were', () => {
    expect(signAgreement(chain, mask, start, final)).toEqual([
      { parameter: 'dense1/weight', kept: 3, share: 2 / 3 },
      { parameter: 'output/weight', kept: 1, share: 0 },
    ]);
    expect(signAgreement(chain, maskOf(['00', '00'], ['11', '11']), start, start).map(({ share }) => share)).toEqual([1, 1]);
  });

  it('distance: of each layer and of all, beside how long the start was', () => {
    expect(distances(chain, mask, start, final)).toEqual([
      { parameter: 'dense1/weight', length: 8, relative: 8 / 5 },
      { parameter: 'output/weight', length: 3, relative: 3 / 2 },
      { parameter: null, length: Math.sqrt(73), relative: Math.sqrt(73 / 29) },
    ]);
    expect(distances(chain, mask, values([0, 0, 0, 1], [1, 1, 1, 1]), final)[0].relative).toBeNull();
  });

  it('the report has a row a layer and one of all, its sign agreement by weight, not by layer', () => {
    const other = { kind: 'seed', name: '2', mask: maskOf(['10', '01'], ['11', '11']) } as const;
    const report = maskReport(chain, mask, start, final, [other]);
    expect(report.rows.map(({ parameter }) => parameter)).toEqual(['dense1/weight', 'output/weight', null]);
    expect(report.rows[2]).toMatchObject({ density: 0.5, effectiveDensity: 3 / 8, signAgreement: 0.5, distance: Math.sqrt(73) });
    expect(report.overlaps[0].layers.map(({ share, chance }) => [share, chance])).toEqual([
      [0.5, 0.75],
      [1, 1],
    ]);
  });
});
