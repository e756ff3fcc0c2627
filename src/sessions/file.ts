/** Sessions as text: what is kept here is a session as JSON. Files beside it are sealed.ts's. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { NotJson, parseJson } from '../science/json.ts';
import { isPlain } from '../science/recipe/plain.ts';
import { megabytes, most } from './limits.ts';
import { checkSession, parseSession } from './schema.ts';
import type { Session } from './session.ts';

/** The session's text, which `importSession` reads again. Throws a LabError where it would not. */
export function sessionText(session: Session): string {
  checkSession(session);
  return kept(`${JSON.stringify(session)}\n`);
}

/** The text, which is not longer than what is read again. Throws a LabError where it is. */
export function kept(text: string): string {
  if (isTooBig(text))
    throw new LabError(
      m.sessions_too_big_to_keep({ megabytes: Math.ceil(megabytes(text.length)), limit: megabytes(most.textBytes) }),
      'storage',
    );
  return text;
}

/** The session of a text; `source` is what people call it. Throws a LabError that names the field at fault. */
export const importSession = (text: string, source: string): Session => sessionOf(readText(text, source), source);

/** The session of what a text held, without the checksum of a file. */
export function sessionOf(value: unknown, source: string): Session {
  if (!isPlain(value)) return parseSession(value, source);
  const { checksum, ...session } = value;
  return parseSession(session, source);
}

/** What the text holds. Throws a LabError where it is no JSON, or too much. */
export function readText(text: string, source: string): unknown {
  if (isTooBig(text))
    throw new LabError(
      m.sessions_too_big({ source, megabytes: Math.ceil(megabytes(text.length)), limit: megabytes(most.textBytes) }),
      source,
    );
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    throw new LabError(m.sessions_not_json({ source, place: error.message }), source, { cause: error });
  }
}

/**
 * Whether the text is too long, or so full of tiny values that it would take many times its length in memory: told from
 * the text alone, before anything is made of it.
 */
function isTooBig(text: string): boolean {
  if (text.length > most.textBytes) return true;
  // Every value takes two characters at least.
  if (text.length < 2 * most.parts) return false;
  let [values, parts] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === COMMA) values++;
    else if (character === BRACKET || character === BRACE) parts++;
  }
  return values > most.values || parts > most.parts;
}

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];
