/** Whether a session has room for what is about to be trained, told before it is. */
import { m } from '../paraglide/messages.js';
import { stepsOf } from '../science/draw.ts';
import { LabError } from '../science/errors.ts';
import { runsAlongPlan } from '../science/experiment.ts';
import { recipeAt, type Plan } from '../science/plan.ts';
import type { RunId } from '../science/result.ts';
import { megabytes, most } from './limits.ts';
import { runsAlong, type Session } from './session.ts';

/**
 * Characters that a session's text takes for a run, and for each point of its learning curve; measured on real sessions. A
 * run counts as half as many again, since sessions of many short runs fill the memory (`most.memoryBytes`) before the text.
 */
const RUN_BYTES = 1_500;
const POINT_BYTES = 70;

/** Characters of the session's text, about: to write it out only to count them would take long. */
export const textBytes = ({ runs }: Pick<Session, 'runs'>): number =>
  runs.reduce((sum, { curve }) => sum + RUN_BYTES + POINT_BYTES * curve.step.length, 0);

const nameOf = ({ seed, arm, level }: RunId): string => `${seed}/${arm}/${level}`;

/** What the session takes with all runs of a plan; `known`: those of them that it has. */
function needOf(session: Session, plan: Plan, known: readonly RunId[]): { runs: number; textBytes: number } {
  const names = new Set(known.map(nameOf));
  const missing = runsAlongPlan(plan).filter((run) => !names.has(nameOf(run)));
  const points = missing.reduce((sum, run) => sum + Math.ceil(stepsOf(plan, run) / recipeAt(plan, run.level).training.evaluateEvery), 0);
  return {
    runs: session.runs.length + missing.length,
    textBytes: textBytes(session) + RUN_BYTES * missing.length + POINT_BYTES * points,
  };
}

/** Whether a what-if that takes over after a level of `parent` fits into the session with all its runs. */
export function hasRoomFor(session: Session, parent: string, whatIf: Plan, fromLevel: number): boolean {
  if (session.branches.length >= most.branches) return false;
  const known = runsAlong(session, parent).filter(({ level }) => level <= fromLevel);
  const need = needOf(session, whatIf, known);
  return need.runs <= most.runs && need.textBytes <= most.textBytes;
}

/** Why a branch could be trained but not kept, with the way out; null where there is room for all of it. */
export function lackOfRoom(session: Session, branch: string, plan: Plan): LabError | null {
  const need = needOf(session, plan, runsAlong(session, branch));
  if (need.runs > most.runs) return new LabError(m.sessions_too_many_runs({ runs: need.runs, limit: most.runs }), 'seeds');
  if (need.textBytes <= most.textBytes) return null;
  const told = {
    megabytes: Math.ceil(megabytes(need.textBytes)),
    limit: megabytes(most.textBytes),
    every: Math.ceil((plan.recipe.training.evaluateEvery * need.textBytes) / most.textBytes),
  };
  return new LabError(m.sessions_no_room(told), 'training.evaluateEvery');
}
