/** A session as a link, from its file or from a zip with its weights: then with its tickets' masks, as far as there is room. */
import { readFile } from 'node:fs/promises';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { RunOutcome } from '../science/run.ts';
import { importArchive } from '../sessions/archive.ts';
import { importSession } from '../sessions/file.ts';
import { packLink } from '../sessions/link.ts';
import type { Session } from '../sessions/session.ts';
import { unreadable } from './read.ts';

/** The hash of a link of at most `room` characters. Throws a LabError where the session does not fit, or the file cannot be read. */
export async function linkOf(path: string, room: number): Promise<string> {
  if (!Number.isSafeInteger(room) || room <= 0) throw new LabError(m.cli_link_room_number(), '--room');
  const { session, outcomes } = await read(path);
  const { hash, characters } = await packLink(session, room, { find: (key) => Promise.resolve(outcomes.get(key) ?? null) });
  if (hash === null) throw new LabError(m.cli_link_room({ room, characters }), '--room');
  return hash;
}

async function read(path: string): Promise<{ session: Session; outcomes: ReadonlyMap<string, RunOutcome> }> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!path.endsWith('.zip')) return { session: importSession(bytes.toString('utf8'), path), outcomes: new Map() };
  const archive = await importArchive(bytes, path);
  const outcomes = new Map<string, RunOutcome>();
  for await (const outcome of archive.outcomes()) outcomes.set(outcome.result.key, { ...outcome, kept: {} });
  return { session: archive.session, outcomes };
}
