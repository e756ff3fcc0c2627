import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../src/app/lab/evidence/findings.ts';
import { meansTable, runsTable, sorted } from '../../../../src/app/lab/evidence/table.ts';
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
