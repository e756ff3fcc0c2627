import { describe, expect, it } from 'vitest';
import { branchNames, leavesAt } from '../../../../src/app/lab/evidence/branches.ts';
import { besideSeries, armSeries } from '../../../../src/app/lab/evidence/series.ts';
import type { Finding } from '../../../../src/app/lab/evidence/findings.ts';
import { branchOf, changeBranch } from '../../../../src/sessions/session.ts';
import { branchesOf, branchNamed, forest } from './forest.ts';

const accuracy = ({ testAccuracy }: Finding): number => testAccuracy;

describe('the branches of a session', () => {
  it('have names of their own', () => {
    expect([...branchNames(forest.branches).values()]).toEqual(['Trunk', 'what if early', 'what if late', 'what if child']);
    const alike = ['early', 'late'].reduce((session, id) => changeBranch(session, id, { name: 'Trunk' }), forest);
    expect([...branchNames(alike.branches).values()]).toEqual(['Trunk', 'Trunk (2)', 'Trunk (3)', 'what if child']);
  });

  it('are left out when they are put aside, with what grew from them', () => {
    const fewer = changeBranch(forest, 'early', { pruned: true });
    expect(branchesOf(fewer).map(({ branch }) => branch.id)).toEqual(['trunk', 'late']);
  });
});

describe('lines over levels', () => {
  it('begin at the level that all arms share, with mean, range and single seeds', () => {
    const shown = branchNamed(forest, 'trunk');
    const [ticket, reinit] = armSeries(shown, accuracy);
    expect(ticket.points[0]).toEqual(reinit.points[0]);
    const at = shown.findings.filter(({ arm, level }) => arm === 'reinit' && level === 2).map(accuracy);
    expect(reinit.points[2]).toMatchObject({ level: 2, min: Math.min(...at), max: Math.max(...at) });
    expect(reinit.points[2].mean).toBeCloseTo((at[0] + at[1]) / 2, 12);
    expect(reinit.seeds.map(({ seed, points }) => [seed, points.length])).toEqual([
      [1, 4],
      [2, 4],
    ]);
  });

  it('of other branches leave where they fork, and none is drawn twice', () => {
    const drawn = (shown: string) => {
      const branches = branchesOf(forest);
      const own = branches.find(({ branch }) => branch.id === shown);
      if (own === undefined) throw new Error(shown);
      return besideSeries(forest, branches, own, accuracy).map(({ branch, leaves, points }) => [branch, leaves, points.length]);
    };
    expect(drawn('trunk')).toEqual([
      ['early', 1, 3],
      ['late', 2, 2],
      ['child', 2, 2],
    ]);
    expect(drawn('child')).toEqual([
      ['trunk', 1, 3],
      ['early', 2, 2],
      ['late', 2, 2],
    ]);
    expect(leavesAt(forest, 'late', branchOf(forest, 'trunk'))).toBe(2);
  });

  it('of other branches stand for the tickets’ mean', () => {
    const branches = branchesOf(forest);
    const [early] = besideSeries(forest, branches, branches[0], accuracy);
    const [ticket] = armSeries(branches[0], accuracy);
    expect(early.points[0].mean).toBe(ticket.points[1].mean);
    expect(early.points[2].mean).toBeCloseTo(ticket.points[3].mean + 0.01, 12);
    expect(early.points[2].min).toBe(early.points[2].max);
  });

  it('are the same where there is no other branch, or it has no run yet', () => {
    const untrained = { ...forest, runs: forest.runs.filter(({ branch }) => branch !== 'late') };
    const branches = branchesOf(untrained);
    expect(besideSeries(untrained, branches, branches[0], accuracy).map(({ branch }) => branch)).toEqual(['early', 'child']);
    expect(besideSeries(forest, [branches[0]], branches[0], accuracy)).toEqual([]);
  });
});
