/** Answers as words, tables and files. */
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { answerCsv, seedsCsv } from '../../../../../src/app/lab/evidence/analyse/csv.ts';
import { parseSteps } from '../../../../../src/app/lab/evidence/analyse/steps.ts';
import { barrierTable, seedsTable } from '../../../../../src/app/lab/evidence/analyse/tables.ts';
import { barrierWords, masksWords, seedsWords, sliceFigures } from '../../../../../src/app/lab/evidence/analyse/words.ts';
import type { Barrier } from '../../../../../src/science/analysis/barrier.ts';
import type { RunFigures } from '../../../../../src/science/analysis/summary.ts';

const barrier = (step: number, ...errors: readonly number[]): Barrier => {
  const errorBarrier = Math.max(...errors) - (errors[0] + errors[errors.length - 1]) / 2;
  const line = errors.map((testError, index) => ({ at: index / (errors.length - 1), testError, testLoss: 1, trainLoss: 2 }));
  return { step, line, errorBarrier, trainLossBarrier: 0.5, isStable: errorBarrier < 0.02 };
};
const read = (csv: string) => Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data;

describe('barriers', () => {
  const found = [barrier(0, 0.1, 0.3, 0.1), barrier(10, 0.1, 0.11, 0.1), barrier(20, 0.1, 0.1, 0.1)];

  it('in words: what the first is, and from which step on it is stable', () => {
    expect(barrierWords(found)).toMatch(/step 0, a ridge of 20\.00 points.*From step 10 on it is stable/);
    expect(barrierWords(found.slice(1))).toMatch(/^Parted at step 10, the siblings meet in one valley: the barrier is 1\.00 /);
    // Stable only in between: nothing is said of a step from which on it holds.
    expect(barrierWords([found[0], found[1], barrier(20, 0.1, 0.3, 0.1)])).not.toMatch(/From step/);
  });

  it('as a table and as a file, a line a point', async () => {
    expect(barrierTable(found).rows[0].cells.map(({ text }) => text)).toEqual(['10.00', '30.00', '20.00', '0.500']);
    const rows = read(await answerCsv({ what: 'barrier', barriers: found }));
    expect(rows).toHaveLength(9);
    expect(rows[4]).toMatchObject({ step: '10', at: '0.5', test_error: '0.11' });
  });
});

describe('masks in words', () => {
  const row = { parameter: null, density: 0.5, effectiveDensity: 0.5, signAgreement: 0.9, distance: 2, relativeDistance: 0.25 };
  const layers = [{ parameter: 'a', name: 'Layer 1', units: 1, inputs: 1, size: 1, image: null }];

  it('say what the kept weights lead to', () => {
    const words = (change: Partial<typeof row>, collapsed: readonly string[] = []) =>
      masksWords({ rows: [{ ...row, ...change }], collapsed, overlaps: [] }, layers);
    expect(words({})).toMatch(/90.% have the sign.* 25.% of their own length\. Every kept weight lies on some way/);
    expect(words({ effectiveDensity: 0.4 })).toMatch(/50\.0.% of the weights are kept, 40\.0.% lie on some way/);
    expect(words({ effectiveDensity: 0 }, ['a'])).toMatch(/Layer 1: nothing is kept/);
  });

  it('files keep another branch’s name from being a formula', async () => {
    const overlaps = [{ kind: 'branch', name: 'x', layers: [{ parameter: '\t=1+1', share: 1, chance: 0.5 }] }] as const;
    const rows = read(await answerCsv({ what: 'masks', report: { rows: [row], collapsed: [], overlaps } }));
    expect(rows[rows.length - 1]).toMatchObject({ measure: 'overlap', with: 'branch x', parameter: "'\t'=1+1", value: '1' });
  });
});

it('a slice has its middle, its edge and its top', () => {
  expect(sliceFigures({ at: [-1, 0, 1], loss: [2, 2, 2, 2, 0.5, 2, 2, null, 10] })).toEqual({
    middle: '0.500',
    edge: (22 / 7).toFixed(3),
    highest: '10.000',
  });
});

describe('seeds', () => {
  const runs: RunFigures[] = [0, 1].flatMap((level) =>
    [1, 2, 3].map((seed) => ({
      seed,
      arm: 'ticket' as const,
      level,
      density: 0.8 ** level,
      testAccuracy: 0.9 + 0.01 * level,
      earlyStop: { step: 100 - 10 * level, testAccuracy: 0.9 },
    })),
  );

  it('have a row a level, and a verdict in words', async () => {
    expect(seedsTable(runs, 'ticket', [1, 0.8, 0.64], 1).rows).toEqual([
      {
        name: '1',
        isMarked: true,
        cells: ['80.0', '+1.00', '+1.00 to +1.00', '\u221210', 'winning'].map((text) => ({ text })),
      },
    ]);
    expect(seedsWords(runs, 'ticket', 1)).toMatch(/^Winning: over 3 seeds .*\+1\.00 points/);
    expect(seedsWords(runs.slice(0, 5), 'ticket', 1)).toBe('2 of the 3 seeds that a verdict takes.');
    const missing = [2, 1].map((seed) => {
      const run = { seed, arm: 'ticket' as const, level: 1 };
      return { run, cause: { ...run, step: 7 } };
    });
    expect(seedsWords(runs.slice(0, 4), 'ticket', 1, missing)).toBe(
      '1 of the 3 seeds that a verdict takes. Without seed 1, 2: training diverged in this run, or in what it is held against or grows from.',
    );
    expect(seedsWords(runs, 'reinit', 1, missing)).not.toMatch(/Without/);
    expect(read(await seedsCsv(runs, 'ticket', 2))[0]).toMatchObject({
      level: '1',
      seed: '1',
      early_stop_difference: '-10',
      verdict: 'winning',
    });
  });
});

it('steps are whole numbers in range, however they are set apart', () => {
  const range = { first: 0, last: 300 };
  expect(parseSteps('100, 0;10 10', range)).toEqual([0, 10, 100]);
  for (const text of ['', '301', '-1', '1.5', 'ten', '1,,x']) expect(parseSteps(text, range)).toBeNull();
  expect(parseSteps('5', { first: 10, last: 300 })).toBeNull();
});
