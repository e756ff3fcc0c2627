/** What can happen to valid input on its way: to bytes, to text, and to what a JSON text says. */
import type { Dice } from './dice.ts';

/** Bytes at which counts, lengths and numbers turn over. */
const edges = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** One to three changes of a few bytes: flipped, overwritten, cut out, doubled, put in, cut off. */
export function mutateBytes(bytes: Uint8Array, dice: Dice): Uint8Array {
  let changed = bytes;
  for (let times = 1 + dice.below(3); times > 0; times--) changed = changeBytes(changed, dice);
  return changed;
}

function changeBytes(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + dice.below(dice.once(4) ? 64 : 4));
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(end)];
  switch (dice.below(7)) {
    case 0:
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << dice.below(8)) : byte));
    case 1:
      return bytes.map((byte, index) => (index >= at && index < end ? dice.below(256) : byte));
    case 2:
      return bytes.map((byte, index) => (index === at ? dice.pick(edges) : byte));
    case 3:
      return joined(before, after);
    case 4:
      return joined(before, bytes.subarray(at, end), bytes.subarray(at));
    case 5:
      return joined(
        before,
        Uint8Array.from({ length: end - at + 1 }, () => dice.pick(edges)),
        bytes.subarray(at),
      );
    default:
      return before;
  }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Pieces of JSON, and what is not quite JSON: numbers too large for a double, lone surrogates, marks at the start of a file. */
// prettier-ignore
const tokens = [
  '{', '}', '[', ']', ',', ':', '"', '\\', '0', '9', '-', 'e', '.', 'null', 'true', '1e999', '-1e999', '1e-999', '-0', '""', '[]', '{}',
  '\u0000', '\ufeff', '\ud800', '\\u0000', '\\ud800', ' ', '\n', 'ü', '"__proto__":', '"x":1,',
];

/** One to three changes of a few characters. */
export function mutateText(text: string, dice: Dice): string {
  let changed = text;
  for (let times = 1 + dice.below(3); times > 0; times--) {
    const at = dice.below(changed.length + 1);
    const end = at + 1 + dice.below(dice.once(4) ? 64 : 3);
    const [before, after] = [changed.slice(0, at), changed.slice(end)];
    const put = [dice.pick(tokens), '', changed.slice(at, end).repeat(2), dice.pick(tokens).repeat(1 + dice.below(40))];
    changed = dice.once(12) ? before : before + dice.pick(put) + (dice.once(2) ? after : changed.slice(at));
  }
  return changed;
}

/** JSON text of arrays in arrays: what is read by recursion ends there. */
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** Values where nobody expects them, as JSON. */
// prettier-ignore
const oddities = [
  'null', 'true', 'false', '0', '-0', '1', '-1', '0.5', '1e308', '-1e308', '5e-324', '2147483648', '9007199254740992', '1e999', '""', '" "',
  '"\\u0000"', '"\\ud800"', '"__proto__"', '"constructor"', `"${'x'.repeat(201)}"`, `"${'y'.repeat(3000)}"`, `"${'ü'.repeat(70)}"`, '[]', '{}', '[[]]', '[null]',
  '{"a":{}}', '{"__proto__":{"length":9}}', `[${'0,'.repeat(300)}0]`, nested(40),
];
const oddNames = ['__proto__', 'constructor', 'toString', 'length', '', 'x', ' '];

type Container = Record<string, unknown> | unknown[];

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** The text of a JSON value that was changed in one to three places; `words` are names and texts of the format's own. */
export function mutateJson(text: string, words: readonly string[], dice: Dice): string {
  // Once in a while deeper than any stack.
  if (dice.once(2000)) return text.replace(/\[|\d/, () => nested(20_000));
  const root: unknown = JSON.parse(text);
  if (!isContainer(root)) return text;
  for (let times = 1 + dice.below(3); times > 0; times--) changePart(root, words, dice);
  return JSON.stringify(root);
}

/** Walks down from the root and stops somewhere, sooner rather than later: fields of the whole are as likely as those of a part. */
function changePart(root: Container, words: readonly string[], dice: Dice): void {
  let inside = root;
  for (;;) {
    const keys = Object.keys(inside);
    const key = keys.length === 0 ? 'x' : dice.pick(keys);
    const value = (inside as Record<string, unknown>)[key];
    if (isContainer(value) && !dice.once(4)) inside = value;
    else {
      change(inside, key, words, dice);
      return;
    }
  }
}

function change(inside: Container, key: string, words: readonly string[], dice: Dice): void {
  const fields = inside as Record<string, unknown>;
  const value = fields[key];
  const set = (name: string, to: unknown): void => {
    if (!Array.isArray(inside)) {
      // Not by assignment, which would take `__proto__` for something else.
      Object.defineProperty(inside, name, { value: to, enumerable: true, configurable: true, writable: true });
    } else if (/^\d+$/.test(name)) inside[Number(name)] = to;
    else inside.push(to);
  };
  switch (dice.below(7)) {
    case 0: {
      set(key, JSON.parse(dice.pick(oddities)));
      return;
    }
    case 1:
      if (Array.isArray(inside)) inside.splice(Number(key), 1);
      else Reflect.deleteProperty(inside, key);
      return;
    case 2:
      if (!Array.isArray(inside)) Reflect.deleteProperty(inside, key);
      {
        set(dice.once(3) ? dice.pick(oddNames) : dice.pick(words), value);
        return;
      }
    case 3:
      if (Array.isArray(inside)) for (let times = dice.once(20) ? 300 : 1; times > 0; times--) inside.push(structuredClone(value));
      else set(dice.pick(words), JSON.parse(dice.pick(oddities)));
      return;
    case 4: {
      set(key, structuredClone(fields[dice.pick(Object.keys(inside).concat(key))]));
      return;
    }
    case 5: {
      set(key, typeof value === 'number' ? dice.pick([-value, value + 1, value - 1, value * 1000, value + 0.5, value / 3]) : null);
      return;
    }
    default: {
      set(key, dice.pick(words));
      return;
    }
  }
}

/** Every name and text in these JSON texts. */
export function wordsIn(texts: readonly string[]): string[] {
  const words = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'string') words.add(value);
    else if (isContainer(value))
      for (const [key, part] of Object.entries(value)) {
        words.add(key);
        collect(part);
      }
  };
  for (const text of texts) collect(JSON.parse(text));
  return [...words];
}
