/**
 * JSON whose faults have a place. Engines word the place of a syntax error differently and some do not tell it at all,
 * so it is found here.
 */
import { m } from '../paraglide/messages.js';

/** The text is not JSON; the message names line and column, both from 1, and what stands there. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
  constructor(
    readonly line: number,
    readonly column: number,
    message: string,
    options: ErrorOptions,
  ) {
    super(message, options);
  }

  /** For a fault of `text` at `at`, which has a place of its own in the whole that the text is of. */
  static at(text: string, at: number, { line, column }: { line: number; column: number }, cause: unknown): NotJson {
    const place = { line, column };
    const found = at < text.length ? m.science_json_unexpected({ ...place, found: named(text, at) }) : m.science_json_ends(place);
    return new NotJson(line, column, found, { cause });
  }
}

/** What `JSON.parse` makes of the text, which is a short one. Throws `NotJson`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const at = faultIn(text);
    const lines = text.slice(0, at).split(/\r\n|\r|\n/);
    throw NotJson.at(text, at, { line: lines.length, column: lines[lines.length - 1].length + 1 }, cause);
  }
}

/** The character there, or its number if it cannot be seen. */
function named(text: string, at: number): string {
  const point = text.codePointAt(at) ?? 0;
  const character = String.fromCodePoint(point);
  return /[\p{C}\p{Z}]/u.test(character) ? `U+${point.toString(16).toUpperCase().padStart(4, '0')}` : character;
}

const SPACE = /[ \t\n\r]*/y;
/** Without its closing quote, so that a fault inside a string has its own place. */
const STRING = /"[^"\\\0-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\0-\x1f]*)*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * The first place at which the text stops being JSON (RFC 8259): its length if it ends too early. A list of open
 * brackets instead of recursion, so that no depth of nesting overflows the stack.
 */
export function faultIn(text: string): number {
  let at = 0;
  const take = (token: RegExp): boolean => {
    token.lastIndex = at;
    if (!token.test(text)) return false;
    at = token.lastIndex;
    return true;
  };
  const takeCharacter = (characters: string): boolean => at < text.length && characters.includes(text[at]) && ++at > 0;
  const open: string[] = [];
  let expected: 'value' | 'name' | 'colon' | 'comma' = 'value';
  /** Right after an opening bracket, its closing one may follow. */
  let isEmpty = false;
  for (;;) {
    take(SPACE);
    const closing = open.at(-1) === '{' ? '}' : ']';
    if (open.length > 0 && (expected === 'comma' || isEmpty) && takeCharacter(closing)) {
      open.pop();
      [expected, isEmpty] = ['comma', false];
      continue;
    }
    isEmpty = false;
    if (expected === 'comma') {
      if (open.length === 0 || !takeCharacter(',')) return at;
      expected = closing === '}' ? 'name' : 'value';
    } else if (expected === 'colon') {
      if (!takeCharacter(':')) return at;
      expected = 'value';
    } else if (take(STRING)) {
      if (!takeCharacter('"')) return at;
      expected = expected === 'name' ? 'colon' : 'comma';
    } else if (expected === 'name') return at;
    else if (takeCharacter('{[')) {
      open.push(text[at - 1]);
      [expected, isEmpty] = [text[at - 1] === '{' ? 'name' : 'value', true];
    } else if (take(SCALAR)) expected = 'comma';
    else return at;
  }
}
