/**
 * JSON from outside, read in pieces as they come. The text is never held whole, and of what it says no more than a session
 * may take in memory: a text full of tiny values is refused when that much of it has been read.
 *
 * Every array and object is made by `JSON.parse` when it closes, from its own text, in which a place stands for each of
 * those inside it: `[7]` or `{"0":7}` for number 7. Nothing else in that text is an array or object, so no place can be
 * forged, and the whole is JSON exactly where each of these texts is. Names that every object has (`__proto__`, `toString`)
 * are left out.
 */
import { faultIn, NotJson } from '../science/json.ts';
import { MAX_STEPS } from '../science/recipe/schema.ts';
import { most } from './limits.ts';
import { MemoryCount } from './memory.ts';

/** Most characters of one container's own text, between two commas where it is an array: no word of a session is as long. */
const MOST_OWN = 2 ** 16;
/** An array whose own text is longer is made bit by bit. */
const LONG = 2 ** 14;
const MOST_DEPTH = 64;

/** The text says more than a session may hold, or has longer words, or goes deeper. */
export class TooFull extends Error {
  override readonly name = 'TooFull';
}

/** Where in the whole text a character of a container's own text stands, and those after it up to the next mark. */
interface Mark {
  readonly at: number;
  readonly line: number;
  readonly column: number;
}

/** An array or object that is not closed yet, or what is around the whole: that one has no bracket. */
interface Open {
  readonly bracket: string;
  /** Its own text without the bracket; of a long array, what follows the items that are made. */
  own: string;
  marks: Mark[];
  /** What the places in that text stand for. */
  inside: unknown[];
  /** Of a long array: what is made of it. */
  items: unknown[];
  /** Whether items are left out of `own`. */
  isLong: boolean;
  hasNumbersOnly: boolean;
}

const LINE_FEED = 10;
const RETURN = 13;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const END_BRACE = 0x7d;
/** Characters that are looked at outside words, by their codes. */
const STRUCTURE = new Uint8Array(END_BRACE + 1);
for (const character of '"[]{},\n\r') STRUCTURE[character.charCodeAt(0)] = 1;

export class JsonPieces {
  private readonly memory = new MemoryCount();
  private readonly open: Open[] = [opened('', { line: 1, column: 1 })];
  private isInWord = false;
  private isEscaped = false;
  /** Characters before the piece at hand. */
  private before = 0;
  private line = 1;
  /** Characters before the line. */
  private lineBegins = 0;
  private isAfterReturn = false;

  /** The next piece of the text. Throws `NotJson` or `TooFull` as soon as that shows. */
  push(piece: string): void {
    let from = 0;
    let { innermost } = this;
    for (let at = 0; at < piece.length; at++) {
      if (this.isInWord) at = this.endOfWord(piece, at);
      const code = piece.charCodeAt(at);
      if (!(code <= END_BRACE && STRUCTURE[code] === 1)) continue;
      if (code === QUOTE) this.isInWord = true;
      else if (code === LINE_FEED || code === RETURN) this.breakLine(code, this.before + at);
      else if (code !== COMMA || (innermost.bracket === '[' && innermost.own.length + at - from > LONG)) {
        this.take(piece.slice(from, at));
        from = at + 1;
        this.cut(piece[at], { line: this.line, column: this.before + from - this.lineBegins + 1 });
        ({ innermost } = this);
      }
    }
    this.take(piece.slice(from));
    this.before += piece.length;
  }

  /** What the text says. Throws `NotJson` where it ends too early. */
  end(): unknown {
    const whole = this.innermost;
    if (this.open.length > 1) throw this.fault('', undefined);
    return filled([this.made(whole, '')], whole.inside)[0];
  }

  private get innermost(): Open {
    return this.open[this.open.length - 1];
  }

  private breakLine(code: number, at: number): void {
    if (code === RETURN || !this.isAfterReturn || at !== this.lineBegins) this.line++;
    this.isAfterReturn = code === RETURN;
    this.lineBegins = at + 1;
  }

  /** The place after the word that goes on at `from`, or after the piece. Line breaks in it are faults: nothing after them is placed. */
  private endOfWord(piece: string, from: number): number {
    for (let at = from; at < piece.length; at++) {
      const code = piece.charCodeAt(at);
      if (this.isEscaped) this.isEscaped = false;
      else if (code === BACKSLASH) this.isEscaped = true;
      else if (code === QUOTE) {
        this.isInWord = false;
        return at + 1;
      }
    }
    return piece.length;
  }

  private take(text: string): void {
    this.innermost.own += text.slice(0, MOST_OWN);
    // A bracket too many may be why it is so long.
    if (this.innermost.own.length > MOST_OWN) throw this.faultSoFar('', undefined) ?? new TooFull();
  }

  private cut(character: string, next: Omit<Mark, 'at'>): void {
    if (character === ',') this.shorten(next);
    else if (character === '[' || character === '{') {
      if (this.open.length > MOST_DEPTH) throw new TooFull();
      this.open.push(opened(character, next));
    } else if (this.open.length > 1) this.close(character, next);
    else this.take(character);
  }

  /** Makes the items of an array so far; those after a comma follow. */
  private shorten(next: Omit<Mark, 'at'>): void {
    const array = this.innermost;
    this.addItems(array, ']');
    if (array.items.length > MAX_STEPS) throw new TooFull();
    Object.assign(array, { own: '', marks: [{ at: 0, ...next }], inside: [], isLong: true });
  }

  private close(bracket: string, next: Omit<Mark, 'at'>): void {
    const inner = this.innermost;
    let value: unknown;
    if (inner.bracket === '[') {
      this.memory.array();
      this.addItems(inner, bracket);
      value = inner.items;
    } else {
      value = filled(this.made(inner, bracket) as Record<string, unknown>, inner.inside);
      for (const name of Object.keys(value as object)) if (name in Object.prototype) Reflect.deleteProperty(value as object, name);
      this.memory.object(value as Record<string, unknown>);
    }
    if (this.memory.bytes > most.memoryBytes) throw new TooFull();
    this.open.pop();
    const outer = this.innermost;
    this.take(inner.bracket === '[' ? `[${outer.inside.length}]` : `{"0":${outer.inside.length}}`);
    outer.marks.push({ at: outer.own.length, ...next });
    outer.inside.push(value);
  }

  private addItems(array: Open, bracket: string): void {
    const made = this.made(array, bracket) as unknown[];
    const items = filled(array.isLong ? made.slice(1) : made, array.inside);
    array.hasNumbersOnly = this.memory.items(items, array.items.length, array.hasNumbersOnly);
    if (this.memory.bytes > most.memoryBytes) throw new TooFull();
    if (array.items.length === 0) array.items = items;
    else for (const item of items) array.items.push(item);
  }

  /** What a container's own text says, with its places. */
  private made(container: Open, closing: string): unknown {
    try {
      return JSON.parse(textOf(container) + closing);
    } catch (error) {
      throw this.fault(closing, error);
    }
  }

  /** The first fault of the text: that it ends, where it has none. */
  private fault(closing: string, cause: unknown): NotJson {
    const text = textOf(this.innermost) + closing;
    return this.faultSoFar(closing, cause) ?? NotJson.at(text, text.length, placeOf(this.innermost, text.length), cause);
  }

  /** It is in the innermost container unless one around it has it before; null where there is none yet. */
  private faultSoFar(closing: string, cause: unknown): NotJson | null {
    for (const [index, container] of this.open.entries()) {
      const isInnermost = index === this.open.length - 1;
      const text = textOf(container) + (isInnermost ? closing : this.open[index + 1].bracket);
      const at = faultIn(text);
      if (at < text.length) return NotJson.at(text, at, placeOf(container, at), cause);
    }
    return null;
  }
}

const opened = (bracket: string, begin: Omit<Mark, 'at'>): Open => ({
  bracket,
  own: '',
  marks: [{ at: 0, ...begin }],
  inside: [],
  items: [],
  isLong: false,
  hasNumbersOnly: true,
});

/** What stands before a container's own text. Of the items that are made a nought is left: after the comma one must follow. */
const headOf = ({ bracket, isLong }: Open): string => (isLong ? `${bracket}0,` : bracket);
const textOf = (container: Open): string => headOf(container) + container.own;

/** Line and column of a character of `textOf`. */
function placeOf(container: Open, at: number): Omit<Mark, 'at'> {
  const own = Math.max(0, at - headOf(container).length);
  const mark = container.marks.findLast((known) => known.at <= own) ?? container.marks[0];
  const lines = container.own.slice(mark.at, own).split(/\r\n|\r|\n/);
  const last = lines[lines.length - 1].length;
  return lines.length === 1 ? { line: mark.line, column: mark.column + last } : { line: mark.line + lines.length - 1, column: last + 1 };
}

/** The container with what its places stand for. */
function filled<Container extends unknown[] | Record<string, unknown>>(container: Container, inside: readonly unknown[]): Container {
  if (inside.length === 0) return container;
  const fields = container as Record<string, unknown>;
  for (const [name, value] of Object.entries<unknown>(fields))
    if (typeof value === 'object' && value !== null) fields[name] = inside[(value as readonly number[])[0]];
  return container;
}
