/** Sessions from files: `.json`, or `.zip` with their weights. */
import { readFile } from 'node:fs/promises';
import type { RunOutcome } from '../science/run.ts';
import { importArchive } from '../sessions/archive.ts';
import { importSession } from '../sessions/file.ts';
import type { Session } from '../sessions/session.ts';
import { unreadable } from './read.ts';

/** The session with what its file holds of its runs' weights, by run key. Throws a LabError that names the file at fault. */
export async function readSession(path: string): Promise<{ session: Session; outcomes: Map<string, RunOutcome> }> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!path.endsWith('.zip')) return { session: importSession(bytes.toString('utf8'), path), outcomes: new Map() };
  const archive = await importArchive(bytes, path);
  const outcomes = new Map<string, RunOutcome>();
  for await (const outcome of archive.outcomes()) outcomes.set(outcome.result.key, outcome);
  return { session: archive.session, outcomes };
}
