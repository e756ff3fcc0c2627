/**
 * Sessions as files: JSON with `checksum`, by which whoever opens one knows whether it is what the lab wrote. It is the
 * SHA-256 of the rest in canonical form (keys sorted, no white space), the runs one by one after everything else. Apart
 * from file.ts, so that a page which neither opens nor saves a file does not fetch it.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { stablePieces, type Plain } from '../science/recipe/plain.ts';
import { kept } from './file.ts';
import { sessionOf, SessionReader } from './reading.ts';
import { checkSession } from './schema.ts';
import type { Session, SessionMark, SessionRun } from './session.ts';
import { Turns } from './turns.ts';

/** The text of a file of the session. Throws a LabError where it could not be opened again. */
export function exportSession(session: Session): string {
  checkSession(session);
  const hash = sha256.create();
  for (const piece of canonicalPieces({ ...session })) hash.update(utf8ToBytes(piece));
  return kept(`${JSON.stringify({ ...session, checksum: bytesToHex(hash.digest()) })}\n`, session);
}

/** A session from a file. */
export interface OpenedSession {
  readonly session: Session;
  /** Whether nothing speaks against it being what the lab wrote. */
  readonly isIntact: boolean;
}

/** The session of a file's text, whole or in pieces. Rejects with a LabError that names the field at fault. */
export async function openSession(text: string | AsyncIterable<string>, source: string): Promise<OpenedSession> {
  const reader = new SessionReader(source);
  const turns = new Turns();
  for await (const piece of typeof text === 'string' ? [text] : text) {
    await turns.next();
    reader.push(piece);
  }
  const value = reader.end();
  return { session: sessionOf(value, source), isIntact: await isIntact(value as Plain) };
}

/** The session with its runs, diverged ones included, marked as coming from a file, or from one that was changed after the lab had written it. */
export function asForeign({ session, isIntact }: OpenedSession): Session {
  const origin = isIntact ? 'file' : 'changed-file';
  const marked = <Part extends SessionRun | SessionMark>(part: Part): Part => ({
    ...part,
    origin: part.origin === 'changed-file' ? part.origin : origin,
  });
  const { runs, diverged, ...rest } = session;
  return { ...rest, runs: runs.map(marked), ...(diverged === undefined ? {} : { diverged: diverged.map(marked) }) };
}

/** Files of older labs have no checksum; nothing speaks against them. */
async function isIntact({ checksum, ...session }: Plain): Promise<boolean> {
  if (checksum === undefined) return true;
  const hash = sha256.create();
  const turns = new Turns();
  for (const piece of canonicalPieces(session)) {
    await turns.next();
    hash.update(utf8ToBytes(piece));
  }
  return bytesToHex(hash.digest()) === checksum;
}

function* canonicalPieces({ runs, ...rest }: Plain): Generator<string> {
  yield* stablePieces(rest);
  for (const run of runs as readonly unknown[]) {
    yield '\n';
    yield* stablePieces(run);
  }
}
