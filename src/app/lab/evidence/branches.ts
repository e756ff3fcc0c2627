/** The session's branches beside each other: what each is called, its levels, and what is known along it. */
import { m } from '../../../paraglide/messages.js';
import type { Model } from '../../../models/model.ts';
import { ladderOf } from '../../state/ladder.ts';
import { runName } from '../../state/live.svelte.ts';
import { missingOf, type Mark, type MissingRun } from '../../../science/divergence.ts';
import { runsAlongPlan } from '../../../science/experiment.ts';
import type { Plan } from '../../../science/plan.ts';
import type { Arm } from '../../../science/recipe/schema.ts';
import type { SharedSession } from '../../../sessions/link.ts';
import { branchOf, marksAlong, planOfBranch, runsAlong, standingBranches, type Branch, type Session } from '../../../sessions/session.ts';
import { findingsOf, ticketsOf, type Finding, type Source as FindingSource } from './findings.ts';

export interface BranchEvidence {
  readonly branch: Branch;
  /** Unlike any other in the session. */
  readonly name: string;
  /** Density (0..1) of every level along it. */
  readonly ladder: readonly number[];
  /** Along it: those of the levels that it shares with what it grew from, too. */
  readonly findings: readonly Finding[];
  /** Those of a level and all after it, at the cost of no others: hundreds of branches may share most of theirs. */
  readonly findingsFrom: (level: number) => readonly Finding[];
  /** Of those the tickets'. */
  readonly ticketsFrom: (level: number) => readonly Finding[];
  /** What there will be no finding of: it diverged, or was left out for what did. */
  readonly missing: readonly MissingRun[];
  /** As the recipe lists them; others with something to show come after. */
  readonly arms: readonly Arm[];
}

interface Source {
  readonly session: Session;
  readonly shared: SharedSession | null;
  /** The same for all branches. */
  readonly model: Model;
}

/** Names by branch id. Two what-ifs may have been given the same one; they are numbered then. */
export function branchNames(branches: readonly Branch[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { id, parent, name } of branches) {
    const plain = parent === null ? m.branch_trunk() : name;
    let unlike = plain;
    for (let number = 2; taken.has(unlike); number++) unlike = m.evidence_branch_again({ name: plain, number });
    taken.add(unlike);
    names.set(id, unlike);
  }
  return names;
}

/** The branches in sight, the trunk first. */
export function evidenceOf(source: Source): BranchEvidence[] {
  const branches = standingBranches(source.session);
  const names = branchNames(branches);
  return branches.map((branch) => evidenceAlong(source, branch, names.get(branch.id) ?? branch.name));
}

/** Worked out when it is first asked for: of hundreds of branches most show no more than a line. */
function evidenceAlong({ session, shared, model }: Source, branch: Branch, name: string): BranchEvidence {
  const branchId = branch.id;
  const plan = planOfBranch(session, branchId);
  const sourceFrom = (level: number): FindingSource => ({
    runs: shared === null ? runsAlong(session, branchId, level) : [],
    shared,
    session,
    branchId,
  });
  const findingsFrom = (level: number): readonly Finding[] => findingsOf(sourceFrom(level), level);
  const findings = once(() => findingsFrom(0));
  const ladder = once(() => ladderOf(plan, model, findings));
  const arms = once(() => [...new Set<Arm>([...branch.recipe.arms, ...findings().map(({ arm }) => arm)])]);
  const missing = once(() => missingAlong(plan, findings(), shared?.marks ?? marksAlong(session, branchId)));
  return {
    branch,
    name,
    findingsFrom,
    ticketsFrom: (level) => ticketsOf(sourceFrom(level), level),
    get findings() {
      return findings();
    },
    get ladder() {
      return ladder();
    },
    get arms() {
      return arms();
    },
    get missing() {
      return missing();
    },
  };
}

function once<Value>(work: () => Value): () => Value {
  let known: { readonly value: Value } | null = null;
  return () => (known ??= { value: work() }).value;
}

function missingAlong(plan: Plan, findings: readonly Finding[], marks: readonly Mark[]): MissingRun[] {
  if (marks.length === 0) return [];
  const known = new Set(findings.map(runName));
  return missingOf(
    plan,
    runsAlongPlan(plan).filter((run) => !known.has(runName(run))),
    marks,
  );
}

/** The last level that a branch has in common with the one that is shown, or with another that is drawn beside it. */
export function leavesAt(session: Session, shownId: string, { id, fromLevel }: Branch): number {
  for (let child = branchOf(session, shownId); child.parent !== null; child = branchOf(session, child.parent))
    if (child.parent === id) return child.fromLevel ?? 0;
  return fromLevel ?? 0;
}
