import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { branchNames } from '../../../../src/app/lab/evidence/branches.ts';
import { toCsv, toJson } from '../../../../src/app/lab/evidence/data.ts';
import { curvesOf, findingsOf } from '../../../../src/app/lab/evidence/findings.ts';
import { TRUNK } from '../../../../src/sessions/session.ts';
import { decodeLink, packLink } from '../../../../src/sessions/link.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleSession } from '../../sessions/sample.ts';

const session = sampleSession(tinyRecipe({ seeds: [1, 2] }));
const findings = findingsOf({ runs: session.runs, shared: null, session, branchId: TRUNK });
const names = branchNames(session.branches);
const layers = ['dense1/weights', 'dense2/weights', 'output/weights'];
const read = (csv: string) => Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true });

describe('data as files', () => {
  it('CSV holds every run with exact numbers, a column a figure and layer', async () => {
    const { data, errors, meta } = read(await toCsv(findings, names, layers));
    expect(errors).toEqual([]);
    expect(data).toHaveLength(session.runs.length);
    expect(meta.fields).toContain('density_dense1/weights');
    data.forEach((row, index) => {
      const run = session.runs[index];
      expect(row).toMatchObject({
        branch: 'Trunk',
        arm: run.arm,
        level: String(run.level),
        seed: String(run.seed),
        fingerprint: run.fingerprint,
        backend: '',
      });
      expect(Number(row.test_accuracy)).toBe(run.metrics.accuracy.test);
      expect(Number(row.initial_test_accuracy)).toBe(run.initial?.accuracy.test);
      expect(layers.map((layer) => Number(row[`density_${layer}`]))).toEqual(run.layerDensity);
    });
  });

  it.each([
    ['=HYPERLINK("http://a.b")', `'=HYPERLINK("http://a.b")`],
    ['+1+1', "'+1+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['=1+1\nand more', "'=1+1\nand more"],
    [' =1+1', "' =1+1"],
    ['\uff1d1+1', "'\uff1d1+1"],
    ['a;=1+1', "a;'=1+1"],
    ['a,b"c\nd', 'a,b"c\nd'],
  ])('CSV keeps %j from being a formula', async (backend, cell) => {
    const [finding] = findings;
    const csv = await toCsv([{ ...finding, engine: { ...finding.engine, name: 'tfjs', backend } }], names, []);
    expect(read(csv).data[0].backend).toBe(cell);
  });

  it('CSV says which branch trained a run, in words that are no formula', async () => {
    const [finding] = findings;
    const of = [finding, { ...finding, branch: 'w' }];
    const { data } = read(await toCsv(of, new Map([...names, ['w', '=1+1']]), []));
    expect(data.map(({ branch }) => branch)).toEqual(['Trunk', "'=1+1"]);
  });

  it('numbers stay numbers, negative ones too', async () => {
    const [row] = read(await toCsv([{ ...findings[0], testLoss: -0.5 }], names, [])).data;
    expect(row.test_loss).toBe('-0.5');
  });

  it('what a link does not hold is left empty', async () => {
    const { hash } = await packLink(session, 8_000, { find: () => Promise.resolve(null) });
    const shared = await decodeLink(hash ?? '');
    const { data } = read(await toCsv(findingsOf({ runs: session.runs, shared, session, branchId: TRUNK }), names, layers));
    expect(data).toHaveLength(session.runs.length);
    expect(data.every((row) => row.train_ms === '' && row['density_output/weights'] === '' && row.fingerprint.length === 8)).toBe(true);
  });

  it('JSON holds recipe, runs and curves', () => {
    const { recipe } = session.branches[0];
    const data = JSON.parse(
      toJson('Tiny', recipe, findings, names, curvesOf({ runs: session.runs, shared: null, session, branchId: TRUNK })),
    ) as Record<string, unknown>;
    expect(data).toMatchObject({ format: 'lottery-ticket-evidence', version: 1, name: 'Tiny', recipe });
    expect(data.runs).toEqual(findings.map((finding) => ({ ...finding, branch: 'Trunk' })));
    expect(data.curves).toHaveLength(session.runs.length);
  });
});
