/** Findings as lines over levels: one an arm or a layer, with the spread over seeds and the single seeds, and one for each other branch. */
import { groupBy } from '../../../science/group.ts';
import type { Session } from '../../../sessions/session.ts';
import { armLook } from '../../arms.ts';
import type { LevelSeries } from '../../charts/series.ts';
import type { StageLayer } from '../stage/layers.ts';
import { leavesAt, type BranchEvidence } from './branches.ts';
import type { Finding } from './findings.ts';

type ValueOf = (finding: Finding) => number | null;

/** `findings` of one thing that is compared, of any levels and seeds. */
function points(findings: readonly Finding[], valueOf: ValueOf): Pick<LevelSeries, 'points' | 'seeds'> {
  const known = findings.flatMap((finding) => {
    const value = valueOf(finding);
    return value === null ? [] : { level: finding.level, seed: finding.seed, value };
  });
  const byLevel = [...groupBy(known, ({ level }) => level)].sort(([one], [other]) => one - other);
  const bySeed = groupBy(
    byLevel.flatMap(([, values]) => values),
    ({ seed }) => seed,
  );
  return {
    points: byLevel.map(([level, all]) => {
      const values = all.map(({ value }) => value);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { level, mean, min: Math.min(...values), max: Math.max(...values) };
    }),
    seeds: [...new Set(findings.map(({ seed }) => seed))].map((seed) => ({
      seed,
      points: (bySeed.get(seed) ?? []).map(({ level, value }) => ({ level, value })),
    })),
  };
}

const placed = ({ branch, ladder }: BranchEvidence): Pick<LevelSeries, 'branch' | 'ladder'> => ({ branch: branch.id, ladder });

/** One line an arm; all begin at level 0, which they share. */
export const armSeries = (shown: BranchEvidence, valueOf: ValueOf): LevelSeries[] =>
  shown.arms.map((arm) => ({
    id: arm,
    arm,
    ...placed(shown),
    leaves: null,
    name: armLook[arm].name(),
    colour: armLook[arm].colour,
    marker: armLook[arm].marker,
    ...points(
      shown.findings.filter((one) => one.level === 0 || one.arm === arm),
      valueOf,
    ),
  }));

/** The tickets' mean along every other branch, from where it leaves what is drawn of the others. */
export const besideSeries = (
  session: Session,
  branches: readonly BranchEvidence[],
  shown: BranchEvidence,
  valueOf: ValueOf,
): LevelSeries[] =>
  branches.flatMap((of) => {
    if (of === shown) return [];
    const leaves = leavesAt(session, shown.branch.id, of.branch);
    const means = points(of.ticketsFrom(leaves), valueOf).points.map(({ level, mean }) => ({ level, mean, min: mean, max: mean }));
    if (means.every(({ level }) => level === leaves)) return [];
    const { colour, marker } = armLook.ticket;
    return { id: `beside/${of.branch.id}`, arm: 'ticket', ...placed(of), leaves, name: of.name, colour, marker, points: means, seeds: [] };
  });

/** One line a layer, of the tickets. */
export const layerSeries = (shown: BranchEvidence, layers: readonly StageLayer[]): LevelSeries[] =>
  layers.map(({ parameter, name }, index) => ({
    id: parameter,
    arm: null,
    ...placed(shown),
    leaves: null,
    name,
    colour: 'var(--ink-2)',
    marker: null,
    ...points(
      shown.findings.filter(({ arm }) => arm === 'ticket'),
      (finding) => finding.layerDensity?.[index] ?? null,
    ),
  }));
