/**
 * What values of JSON take in memory, in bytes, a little more than Node and Chromium were measured to take. Readers count
 * while they read, and writers count what they would write: what is saved opens again.
 */

/** An array or an object by itself, a place in it, a word besides its characters. */
const [ARRAY, OBJECT, SLOT, WORD] = [56, 24, 8, 24];
/** A fraction among other things is a thing of its own; among numbers alone it takes just its place. */
const BOX = 16;
/** A field of an object whose fields nobody had so far, in this order: engines keep such a list for all that are alike. */
const NEW_FIELD = 400;

const isOtherThanNumber = (value: unknown): boolean => typeof value !== 'number';

/** A count that goes up by one container after another, without those inside it. */
export class MemoryCount {
  /** Bytes so far. */
  bytes = 0;
  private readonly shapes = new Set<string>();

  /** Items that an array gets; `before` is what it has. Returns whether they are numbers alone, as they were so far if `areNumbers`. */
  items(items: readonly unknown[], before: number, areNumbers: boolean): boolean {
    const areStill = areNumbers && !items.some(isOtherThanNumber);
    if (areNumbers && !areStill) this.bytes += BOX * before;
    if (areStill) this.bytes += SLOT * items.length;
    else for (const item of items) this.bytes += SLOT + thing(item);
    return areStill;
  }

  array(): void {
    this.bytes += ARRAY;
  }

  object(object: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(object);
    this.bytes += OBJECT + SLOT * names.length;
    for (const name of names) this.bytes += thing(object[name]);
    const shape = names.join();
    if (this.shapes.has(shape)) return;
    this.shapes.add(shape);
    this.bytes += NEW_FIELD * names.length + 2 * shape.length;
  }
}

/** What stands in a slot, besides arrays and objects. */
function thing(value: unknown): number {
  if (typeof value === 'number') return (value | 0) === value ? 0 : BOX;
  return typeof value === 'string' ? WORD + value.length * (isWide(value) ? 2 : 1) : 0;
}

/** One character of two bytes makes all of a text's characters as long. */
const isWide = (text: string): boolean => /[^\0-\xff]/.test(text);

/** Bytes that a value of plain data takes, with all that is in it. */
export function memoryOf(value: unknown): number {
  const count = new MemoryCount();
  const add = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (Array.isArray(part)) {
      count.array();
      if (!count.items(part, 0, true)) part.forEach(add);
    } else {
      count.object(part as Record<string, unknown>);
      Object.values(part).forEach(add);
    }
  };
  add(value);
  return count.bytes;
}
