import { describe, expect, it } from 'vitest';
import { firstPair, ownLevels, placeOf } from '../../../../src/app/lab/evidence/places.ts';
import { branchOf } from '../../../../src/sessions/session.ts';
import { branchesOf, forest } from './forest.ts';

describe('levels to compare', () => {
  it('are each of the branch that trained it', () => {
    expect(branchesOf(forest).map(({ branch }) => [branch.id, ownLevels(branch)])).toEqual([
      ['trunk', [0, 1, 2, 3]],
      ['early', [2, 3]],
      ['late', [3]],
      ['child', [3]],
    ]);
    // Its recipe may have come to end before it leaves what it grew from.
    expect(ownLevels({ ...branchOf(forest, 'early'), fromLevel: 3 })).toEqual([]);
  });

  it('have one in their place where they are gone: the nearest, or the trunk’s where the branch is gone', () => {
    const at = (branchId: string, level: number) => {
      const place = placeOf(branchesOf(forest), { branchId, level });
      return [place.of.branch.id, place.level];
    };
    expect(at('early', 3)).toEqual(['early', 3]);
    expect(at('early', 0)).toEqual(['early', 2]);
    expect(at('late', 9)).toEqual(['late', 3]);
    expect(at('put aside', 2)).toEqual(['trunk', 2]);
  });

  it('are compared first with the same one of what their branch grew from', () => {
    const pair = (id: string, level: number): string[] => firstPair(forest, id, level).map((spot) => `${spot.branchId}/${spot.level}`);
    expect(pair('trunk', 2)).toEqual(['trunk/0', 'trunk/2']);
    expect(pair('late', 3)).toEqual(['trunk/3', 'late/3']);
    expect(pair('child', 3)).toEqual(['early/3', 'child/3']);
    // A level that it shares is its parent's.
    expect(pair('child', 2)).toEqual(['trunk/2', 'early/2']);
  });
});
