/** Sessions as files: the JSON that the command line writes, the app opens and sends on. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { NotJson, parseJson } from '../science/json.ts';
import { parseSession } from './schema.ts';
import type { Session } from './session.ts';

/** No session of the lab comes near it: 64 MB are some 10 million curve points. */
const LIMIT_MB = 64;

export const exportSession = (session: Session): string => `${JSON.stringify(session)}\n`;

/** The session of a file's text; `source` is the file's name. Throws a LabError that names the field at fault. */
export function importSession(text: string, source: string): Session {
  const megabytes = text.length / 2 ** 20;
  if (megabytes > LIMIT_MB) throw new LabError(m.sessions_too_big({ source, megabytes: Math.ceil(megabytes), limit: LIMIT_MB }), source);
  return parseSession(parseText(text, source), source);
}

function parseText(text: string, source: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    throw new LabError(m.sessions_not_json({ source, place: error.message }), source, { cause: error });
  }
}
