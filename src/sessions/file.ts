/** Sessions as files: the JSON that the command line writes, the app opens and sends on. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { NotJson, parseJson } from '../science/json.ts';
import { megabytes, most } from './limits.ts';
import { checkSession, parseSession } from './schema.ts';
import type { Session } from './session.ts';

/** The session's text, which `importSession` reads again. Throws a LabError where it would not. */
export function exportSession(session: Session): string {
  checkSession(session);
  const text = `${JSON.stringify(session)}\n`;
  if (text.length > most.textBytes)
    throw new LabError(
      m.sessions_too_big_to_keep({ megabytes: Math.ceil(megabytes(text.length)), limit: megabytes(most.textBytes) }),
      'storage',
    );
  return text;
}

/** The session of a file's text; `source` is the file's name. Throws a LabError that names the field at fault. */
export function importSession(text: string, source: string): Session {
  if (text.length > most.textBytes) throw tooBig(text.length, source);
  return parseSession(parseText(text, source), source);
}

const tooBig = (bytes: number, source: string): LabError =>
  new LabError(m.sessions_too_big({ source, megabytes: Math.ceil(megabytes(bytes)), limit: megabytes(most.textBytes) }), source);

function parseText(text: string, source: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    throw new LabError(m.sessions_not_json({ source, place: error.message }), source, { cause: error });
  }
}
