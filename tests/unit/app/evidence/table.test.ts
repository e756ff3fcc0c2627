import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../src/app/lab/evidence/findings.ts';
import { meansTable, runsTable, sorted } from '../../../../src/app/lab/evidence/table.ts';
import type { RunId } from '../../../../src/science/result.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { TRUNK } from '../../../../src/sessions/session.ts';
import { sampleSession } from '../../sessions/sample.ts';

const recipe = tinyRecipe({ seeds: [1, 2], arms: ['ticket', 'reinit'] });
const session = sampleSession(recipe);
const findings = findingsOf({ runs: session.runs, shared: null, session, branchId: TRUNK });

describe('the table', () => {
  it('has a row a level and arm, or a row a run: nothing is left out', () => {
    expect(meansTable(findings).rows).toHaveLength(1 + 3 * 2);
    expect(runsTable(findings).rows).toHaveLength(findings.length);
    for (const { columns, rows } of [meansTable(findings), runsTable(findings)])
      expect(rows.every(({ cells }) => cells.length === columns.length)).toBe(true);
  });

  it('says which runs diverged and which were left out for it, and of how many seeds a mean is', () => {
    const cause = { seed: 2, arm: 'ticket', level: 1, step: 14 } as const;
    const isLost = ({ seed, arm, level }: RunId): boolean => seed === 2 && (level > 1 || (level === 1 && arm === 'ticket'));
    const lost = findings.filter(isLost).map(({ seed, arm, level }) => ({ run: { seed, arm, level }, cause }));
    const left = findings.filter((finding) => !isLost(finding));
    const means = meansTable(left, lost);
    expect(means.rows).toHaveLength(1 + 3 * 2);
    const seeds = means.rows.map(({ id, cells }) => [id, cells[means.columns.indexOf('seeds')].text]);
    expect(Object.fromEntries(seeds)).toMatchObject({ 'ticket/0': '2', 'ticket/1': '1 of 2', 'reinit/1': '2', 'reinit/3': '1 of 2' });
    const runs = runsTable(left, lost);
    expect(runs.rows).toHaveLength(findings.length);
    const fates = runs.rows.flatMap(({ id, cells }) => (/[a-z]/.test(cells[4].text) ? [[id, cells[4].text]] : []));
    expect(Object.fromEntries(fates)).toMatchObject({ '2/ticket/1': 'diverged at step 14', '2/reinit/2': 'left out' });
    // Where no seed is left, the level is not forgotten.
    const none = meansTable(
      left.filter(({ level, arm }) => level < 3 || arm !== 'ticket'),
      [...lost, { run: { ...cause, seed: 1, level: 3 }, cause }],
    );
    const row = none.rows.find(({ id }) => id === 'ticket/3');
    expect(row?.cells[none.columns.indexOf('seeds')].text).toBe('0 of 2');
    for (const { columns, rows } of [means, runs, none]) expect(rows.every(({ cells }) => cells.length === columns.length)).toBe(true);
  });

  it('sorts by numbers as numbers, both ways, and leaves equal rows as they are', () => {
    const { columns, rows } = runsTable(findings);
    const column = columns.indexOf('test %');
    const values = sorted(rows, { column, isDescending: false }).map(({ cells }) => cells[column].value);
    expect(values).toEqual([...findings.map(({ testAccuracy }) => testAccuracy)].sort((a, b) => a - b));
    const falling = sorted(rows, { column, isDescending: true }).map(({ cells }) => cells[column].value);
    expect(falling).toEqual([...values].reverse());
    const byLevel = sorted(rows, { column: 0, isDescending: true });
    expect(byLevel.filter(({ level }) => level === 2).map(({ id }) => id)).toEqual(
      rows.filter(({ level }) => level === 2).map(({ id }) => id),
    );
  });
});
