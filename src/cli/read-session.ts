/** Sessions from files: `.json`, or `.zip` with their weights. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { RunOutcome } from '../science/run.ts';
import { importArchive } from '../sessions/archive.ts';
import { piecesOf } from '../sessions/bytes.ts';
import { openSession } from '../sessions/sealed.ts';
import { most } from '../sessions/limits.ts';
import { branchOf, trunkOf, type Branch, type Session } from '../sessions/session.ts';
import { decodedPieces } from '../sessions/text.ts';
import { readBytes } from './read.ts';

/**
 * The session with what its file holds of its runs' weights, by run key. `damaged` hears of parts that are not what the
 * lab wrote, by name; they are left out. Rejects with a LabError that names the file where nothing of it can be read.
 */
export async function readSession(
  path: string,
  damaged: (error: LabError) => void = ({ message }) => console.error(message),
): Promise<{ session: Session; outcomes: Map<string, RunOutcome> }> {
  const isZip = path.endsWith('.zip');
  const bytes = await readBytes(path, isZip ? most.archiveBytes : 2 * most.textBytes);
  const archive = isZip ? await importArchive(bytes, path) : null;
  const { session, isIntact } = archive ?? (await openSession(decodedPieces(piecesOf(bytes)), path));
  if (!isIntact) damaged(new LabError(m.cli_session_changed({ path }), path));
  const outcomes = new Map<string, RunOutcome>();
  if (archive !== null) for await (const outcome of archive.outcomes(damaged)) outcomes.set(outcome.result.key, outcome);
  return { session, outcomes };
}

/** The branch of that id, the trunk where none is named. Throws a LabError about `--branch` where there is none of it. */
export function chosenBranch(session: Session, id: string | null): Branch {
  if (id === null) return trunkOf(session);
  const branch = branchOf(session, id);
  if (branch.id !== id) throw new LabError(m.cli_no_branch({ name: id }), '--branch');
  return branch;
}
