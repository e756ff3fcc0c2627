/** Sessions from files: `.json`, or `.zip` with their weights. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { RunOutcome } from '../science/run.ts';
import { importArchive } from '../sessions/archive.ts';
import { importSession } from '../sessions/file.ts';
import { branchOf, trunkOf, type Branch, type Session } from '../sessions/session.ts';
import { decodeText } from '../sessions/text.ts';
import { readBytes } from './read.ts';

/** The session with what its file holds of its runs' weights, by run key. Throws a LabError that names the file at fault. */
export async function readSession(path: string): Promise<{ session: Session; outcomes: Map<string, RunOutcome> }> {
  const bytes = await readBytes(path);
  if (!path.endsWith('.zip')) return { session: importSession(decodeText(bytes), path), outcomes: new Map() };
  const archive = await importArchive(bytes, path);
  const outcomes = new Map<string, RunOutcome>();
  for await (const outcome of archive.outcomes()) outcomes.set(outcome.result.key, outcome);
  return { session: archive.session, outcomes };
}

/** The branch of that id, the trunk where none is named. Throws a LabError about `--branch` where there is none of it. */
export function chosenBranch(session: Session, id: string | null): Branch {
  if (id === null) return trunkOf(session);
  const branch = branchOf(session, id);
  if (branch.id !== id) throw new LabError(m.cli_no_branch({ name: id }), '--branch');
  return branch;
}
