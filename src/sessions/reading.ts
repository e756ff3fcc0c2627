/** Sessions from text. Apart from file.ts, so that a page that has nothing to read yet does not fetch it. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { NotJson } from '../science/json.ts';
import { isPlain } from '../science/recipe/plain.ts';
import { megabytes, most } from './limits.ts';
import { JsonPieces, TooFull } from './pieces.ts';
import { parseSession } from './schema.ts';
import type { Session } from './session.ts';

/** The session of a text; `source` is what people call it. Throws a LabError that names the field at fault. */
export function importSession(text: string, source: string): Session {
  const reader = new SessionReader(source);
  reader.push(text);
  return sessionOf(reader.end(), source);
}

/** The session of what a text held, without the checksum of a file. */
export function sessionOf(value: unknown, source: string): Session {
  if (!isPlain(value)) return parseSession(value, source);
  const { checksum, ...session } = value;
  return parseSession(session, source);
}

/** Reads a session's text as it comes. Throws a LabError where that is no JSON, or more than a session. */
export class SessionReader {
  private readonly pieces = new JsonPieces();
  private characters = 0;

  constructor(private readonly source: string) {}

  push(piece: string): void {
    this.characters += piece.length;
    if (this.characters > most.textBytes)
      throw new LabError(m.sessions_too_big({ source: this.source, limit: megabytes(most.textBytes) }), this.source);
    this.named(() => this.pieces.push(piece));
  }

  /** What the text said. */
  end(): unknown {
    return this.named(() => this.pieces.end());
  }

  private named<Value>(body: () => Value): Value {
    const { source } = this;
    try {
      return body();
    } catch (error) {
      if (error instanceof TooFull)
        throw new LabError(m.sessions_too_full({ source, limit: megabytes(most.memoryBytes) }), source, { cause: error });
      if (!(error instanceof NotJson)) throw error;
      throw new LabError(m.sessions_not_json({ source, place: error.message }), source, { cause: error });
    }
  }
}
