/** Sessions as text, which is a session as JSON. Files are sealed.ts's; reading is reading.ts's. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { megabytes, most } from './limits.ts';
import { memoryOf } from './memory.ts';
import { checkSession } from './schema.ts';
import type { Session } from './session.ts';

/** The session's text, which `importSession` reads again. Throws a LabError where it would not. */
export function sessionText(session: Session): string {
  checkSession(session);
  return kept(`${JSON.stringify(session)}\n`, session);
}

/** The text of a session, which is not more than is read again. Throws a LabError where it is. */
export function kept(text: string, session: Session): string {
  const bytes = Math.max(text.length, (most.textBytes / most.memoryBytes) * memoryOf(session));
  if (bytes > most.textBytes)
    throw new LabError(m.sessions_too_big_to_keep({ megabytes: Math.ceil(megabytes(bytes)), limit: megabytes(most.textBytes) }), 'storage');
  return text;
}
