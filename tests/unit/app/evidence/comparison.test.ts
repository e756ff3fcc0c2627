import { describe, expect, it } from 'vitest';
import { compareLevels, type Side } from '../../../../src/app/lab/evidence/comparison.ts';
import { stageLayers } from '../../../../src/app/lab/stage/layers.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { sampleSession } from '../../sessions/sample.ts';
import { branchNamed, forest, grown, recipe } from './forest.ts';

const layers = stageLayers(modelOf(recipe));
const side = (id: string, level: number, session = forest): Side => ({ of: branchNamed(session, id), level });
const without = ({ of, level }: Side, seed: number): Side => ({
  of: { ...of, findings: of.findings.filter((one) => one.seed !== seed) },
  level,
});
const asNumber = (text: string): number => Number(text.replace('\u2212', '-'));

describe('two levels side by side', () => {
  it('show every arm’s figures at both and what lies between', () => {
    const trunk = side('trunk', 0);
    const groups = compareLevels(layers, trunk, side('trunk', 3));
    const mean = (level: number) => {
      const of = trunk.of.findings.filter((one) => one.level === level && one.arm === 'ticket');
      return of.reduce((sum, { testAccuracy }) => sum + testAccuracy, 0) / of.length;
    };
    expect(groups[0].rows.map(({ arm }) => arm)).toEqual(['ticket', 'reinit']);
    expect(Number(groups[0].rows[0].a)).toBeCloseTo(100 * mean(0), 2);
    expect(asNumber(groups[0].rows[0].difference)).toBeCloseTo(100 * (mean(3) - mean(0)), 1);
    expect(groups[3].rows).toHaveLength(1 + layers.length);
  });

  it('may be of two branches, each with its own runs', () => {
    const [accuracies] = compareLevels(layers, side('trunk', 2), side('early', 2));
    expect(accuracies.rows.map(({ difference }) => difference)).toEqual(['+1.00', '+1.00']);
    // The level that both have in common is one run.
    const [shared] = compareLevels(layers, side('trunk', 1), side('early', 1));
    expect(shared.rows.map(({ difference }) => difference)).toEqual(['0.00', '0.00']);
    const [grandchild] = compareLevels(layers, side('late', 3), side('child', 3));
    expect(grandchild.rows[0].difference).toBe('+1.00');
  });

  it('hold each branch’s own ladder and arms', () => {
    const half = grown(sampleSession(recipe), 'half', 'trunk', 1, 0, { arms: ['ticket'], pruning: { ...recipe.pruning, rate: 0.5 } });
    const groups = compareLevels(layers, side('trunk', 2, half), side('half', 2, half));
    expect(asNumber(groups[3].rows[0].difference)).toBeLessThan(-10);
    expect(groups[0].rows.map(({ arm, b }) => [arm, b === '–'])).toEqual([
      ['ticket', false],
      ['reinit', true],
    ]);
  });

  it('are means over the seeds that both have: a difference is never one between seeds', () => {
    const [one] = compareLevels(layers, side('trunk', 2), without(side('early', 2), 1));
    expect(one.rows[0].difference).toBe('+1.00');
    expect(one.rows[0].a).toBe(compareLevels(layers, without(side('trunk', 2), 1), side('early', 2))[0].rows[0].a);
    const [none] = compareLevels(layers, without(side('trunk', 2), 2), without(side('early', 2), 1));
    expect(none.rows[0]).toMatchObject({ difference: '' });
    expect(none.rows[0].a).not.toBe('–');
  });

  it('leave open what is not known', () => {
    const trunk = side('trunk', 0);
    const known = { ...trunk.of, findings: trunk.of.findings.filter(({ level }) => level < 3) };
    const [first] = compareLevels(layers, trunk, { of: known, level: 3 });
    expect(first.rows[0]).toMatchObject({ b: '–', difference: '' });
  });
});
