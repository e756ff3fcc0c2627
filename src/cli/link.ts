/** A session as a link, from its file or from a zip with its weights: then with its tickets' masks, as far as there is room. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { packLink } from '../sessions/link.ts';
import { chosenBranch, readSession } from './read-session.ts';

/**
 * The hash of a link to a branch, the trunk where none is named, of at most `room` characters. Throws a LabError where it
 * does not fit, there is no such branch, or the file cannot be read.
 */
export async function linkOf(path: string, room: number, branch: string | null = null): Promise<string> {
  if (!Number.isSafeInteger(room) || room <= 0) throw new LabError(m.cli_link_room_number(), '--room');
  const { session, outcomes } = await readSession(path);
  const notebook = { find: (key: string) => Promise.resolve(outcomes.get(key) ?? null) };
  const { hash, characters } = await packLink(session, room, notebook, chosenBranch(session, branch).id);
  if (hash === null) throw new LabError(m.cli_link_room({ room, characters }), '--room');
  return hash;
}
