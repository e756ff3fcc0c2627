/** The branches that are not on the bench, as lines: what came of their tickets from where they grew. */
import type { Model } from '../../../models/model.ts';
import { densityLadder } from '../../../science/prune/counts.ts';
import { planOfBranch, runsAlong, standingBranches, type Session } from '../../../sessions/session.ts';
import { m } from '../../../paraglide/messages.js';
import type { BranchLine } from '../../charts/series.ts';
import { findingsOf, type Finding } from './findings.ts';
import { armSeries } from './series.ts';

export function branchLines(session: Session, shown: string, model: Model, valueOf: (finding: Finding) => number | null): BranchLine[] {
  return standingBranches(session)
    .filter(({ id }) => id !== shown)
    .flatMap(({ id, name, parent, fromLevel }) => {
      const ladder = densityLadder(planOfBranch(session, id), model);
      const [tickets] = armSeries(findingsOf({ runs: runsAlong(session, id), shared: null }), ['ticket'], valueOf);
      const points = tickets.points
        .filter(({ level }) => level >= (fromLevel ?? 0))
        .map(({ level, mean }) => ({ density: ladder[level], value: mean }));
      return points.length > 1 ? [{ id, name: parent === null ? m.evidence_trunk() : name, points }] : [];
    });
}
