/**
 * Sessions as text. What is kept here is a session as JSON; a file beside it has `checksum`, by which whoever opens it
 * knows whether it is what the lab wrote: the SHA-256 of the rest in canonical form (keys sorted, no white space), the
 * runs one by one after everything else.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { NotJson, parseJson } from '../science/json.ts';
import { isPlain, stableText, type Plain } from '../science/recipe/plain.ts';
import { megabytes, most } from './limits.ts';
import { checkSession, parseSession } from './schema.ts';
import type { Session } from './session.ts';
import { Turns } from './turns.ts';

/** The session's text, which `importSession` reads again. Throws a LabError where it would not. */
export function sessionText(session: Session): string {
  checkSession(session);
  return kept(`${JSON.stringify(session)}\n`);
}

/** The text of a file of the session. Throws a LabError where it could not be opened again. */
export function exportSession(session: Session): string {
  checkSession(session);
  const hash = sha256.create();
  for (const part of canonicalParts({ ...session })) hash.update(utf8ToBytes(part));
  return kept(`${JSON.stringify({ ...session, checksum: bytesToHex(hash.digest()) })}\n`);
}

function kept(text: string): string {
  if (isTooBig(text))
    throw new LabError(
      m.sessions_too_big_to_keep({ megabytes: Math.ceil(megabytes(text.length)), limit: megabytes(most.textBytes) }),
      'storage',
    );
  return text;
}

/** The session of a text; `source` is what people call it. Throws a LabError that names the field at fault. */
export const importSession = (text: string, source: string): Session => sessionOf(readText(text, source), source);

/** A session from a file. */
export interface OpenedSession {
  readonly session: Session;
  /** Whether nothing speaks against it being what the lab wrote. */
  readonly isIntact: boolean;
}

/** The session of a file's text. Rejects with a LabError that names the field at fault. */
export async function openSession(text: string, source: string): Promise<OpenedSession> {
  const value = readText(text, source);
  return { session: sessionOf(value, source), isIntact: await isIntact(value as Plain) };
}

/** The session with its runs marked as coming from a file, or from one that was changed after the lab had written it. */
export function asForeign({ session, isIntact }: OpenedSession): Session {
  const origin = isIntact ? 'file' : 'changed-file';
  return { ...session, runs: session.runs.map((run) => ({ ...run, origin: run.origin === 'changed-file' ? run.origin : origin })) };
}

function sessionOf(value: unknown, source: string): Session {
  if (!isPlain(value)) return parseSession(value, source);
  const { checksum, ...session } = value;
  return parseSession(session, source);
}

/** Files of older labs have no checksum; nothing speaks against them. */
async function isIntact({ checksum, ...session }: Plain): Promise<boolean> {
  if (checksum === undefined) return true;
  const hash = sha256.create();
  const turns = new Turns();
  for (const part of canonicalParts(session)) {
    await turns.next();
    hash.update(utf8ToBytes(part));
  }
  return bytesToHex(hash.digest()) === checksum;
}

function* canonicalParts({ runs, ...rest }: Plain): Generator<string> {
  yield stableText(rest);
  for (const run of runs as readonly unknown[]) yield `\n${stableText(run)}`;
}

function readText(text: string, source: string): unknown {
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
