/** How a what-if compares with what it grew from. */
import { m } from '../../../paraglide/messages.js';
import { fixed, keptPercent } from '../../format.ts';
import type { BranchRow } from '../../state/bench.svelte.ts';

/** The difference in the tickets' mean test accuracy at the last level that both have, in points; empty where there is none yet. */
export function comparison(row: BranchRow, rows: readonly BranchRow[]): string {
  const { parent, fromLevel } = row.branch;
  const other = rows.find(({ branch }) => branch.id === parent);
  if (other === undefined || fromLevel === null) return '';
  const last = row.levels.findLast(
    ({ level, accuracy }) => level > fromLevel && accuracy !== null && (other.levels[level]?.accuracy ?? null) !== null,
  );
  if (last === undefined) return '';
  const mine = last.accuracy?.mean ?? 0;
  const theirs = other.levels[last.level].accuracy?.mean ?? 0;
  const points = fixed(100 * Math.abs(mine - theirs), 2);
  const kept = keptPercent(last.density);
  return mine >= theirs ? m.branch_better({ points, kept }) : m.branch_worse({ points, kept });
}
