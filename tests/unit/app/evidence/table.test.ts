import { describe, expect, it } from 'vitest';
import { compareLevels } from '../../../../src/app/lab/evidence/comparison.ts';
import { findingsOf } from '../../../../src/app/lab/evidence/findings.ts';
import { armSeries } from '../../../../src/app/lab/evidence/series.ts';
import { meansTable, runsTable, sorted } from '../../../../src/app/lab/evidence/table.ts';
import { stageLayers } from '../../../../src/app/lab/stage/layers.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { densityLadder } from '../../../../src/science/prune/counts.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleSession } from '../../sessions/sample.ts';

const recipe = tinyRecipe({ seeds: [1, 2], arms: ['ticket', 'reinit'] });
const findings = findingsOf({ runs: sampleSession(recipe).runs, shared: null });

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

describe('lines over levels', () => {
  it('begin at the level that all arms share, with mean, range and single seeds', () => {
    const [ticket, reinit] = armSeries(findings, ['ticket', 'reinit'], ({ testAccuracy }) => testAccuracy);
    expect(ticket.points[0]).toEqual(reinit.points[0]);
    const at = findings.filter(({ arm, level }) => arm === 'reinit' && level === 2).map(({ testAccuracy }) => testAccuracy);
    expect(reinit.points[2]).toMatchObject({ level: 2, min: Math.min(...at), max: Math.max(...at) });
    expect(reinit.points[2].mean).toBeCloseTo((at[0] + at[1]) / 2, 12);
    expect(reinit.seeds.map(({ seed, points }) => [seed, points.length])).toEqual([
      [1, 4],
      [2, 4],
    ]);
  });
});

describe('two levels side by side', () => {
  const model = modelOf(recipe);
  const layers = stageLayers(model);
  const ladder = densityLadder(planOf(recipe), model);

  it('show every arm’s figures at both and what lies between', () => {
    const groups = compareLevels(recipe.arms, layers, { findings, ladder, level: 0 }, { findings, ladder, level: 3 });
    const mean = (level: number) => {
      const of = findings.filter((one) => one.level === level && one.arm === 'ticket');
      return of.reduce((sum, { testAccuracy }) => sum + testAccuracy, 0) / of.length;
    };
    expect(groups[0].rows.map(({ arm }) => arm)).toEqual(['ticket', 'reinit']);
    expect(Number(groups[0].rows[0].a)).toBeCloseTo(100 * mean(0), 2);
    expect(Number(groups[0].rows[0].difference.replace('\u2212', '-'))).toBeCloseTo(100 * (mean(3) - mean(0)), 1);
    expect(groups[3].rows).toHaveLength(1 + layers.length);
  });

  it('leave open what is not known', () => {
    const known = findings.filter(({ level }) => level < 3);
    const [first] = compareLevels(recipe.arms, layers, { findings: known, ladder, level: 0 }, { findings: known, ladder, level: 3 });
    expect(first.rows[0]).toMatchObject({ b: '–', difference: '' });
  });
});
