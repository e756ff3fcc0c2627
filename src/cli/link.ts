/** A session as a link, from its file or from a zip with its weights: then with its tickets' masks, as far as there is room. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { packLink } from '../sessions/link.ts';
import { readSession } from './read-session.ts';

/** The hash of a link of at most `room` characters. Throws a LabError where the session does not fit, or the file cannot be read. */
export async function linkOf(path: string, room: number): Promise<string> {
  if (!Number.isSafeInteger(room) || room <= 0) throw new LabError(m.cli_link_room_number(), '--room');
  const { session, outcomes } = await readSession(path);
  const { hash, characters } = await packLink(session, room, { find: (key) => Promise.resolve(outcomes.get(key) ?? null) });
  if (hash === null) throw new LabError(m.cli_link_room({ room, characters }), '--room');
  return hash;
}
