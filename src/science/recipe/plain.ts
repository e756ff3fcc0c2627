/** Plain JSON objects, as recipes are written in. */
export type Plain = Readonly<Record<string, unknown>>;

export const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON with sorted keys: equal values give equal text. */
export const stableText = (value: unknown): string => JSON.stringify(sorted(value));

/** Items of a list in one piece. */
const SLICE = 1000;

const hasLongList = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > SLICE : isPlain(value) && Object.values(value).some(hasLongList);

/**
 * The same text in pieces, none of which is long because a list of numbers or records is; in one, where none is. Names of
 * fields around such a list are words: JSON writes whole numbers first.
 */
export function* stablePieces(value: unknown): Generator<string> {
  if (!hasLongList(value)) yield stableText(value);
  else if (isPlain(value)) {
    let before = '{';
    for (const name of Object.keys(value).sort()) {
      if (value[name] === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* stablePieces(value[name]);
      before = ',';
    }
    yield '}';
  } else if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += SLICE) yield (at === 0 ? '[' : ',') + stableText(value.slice(at, at + SLICE)).slice(1, -1);
    yield ']';
  }
}

/** Lists of numbers alone, which are long, stay what they are. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.every((item) => typeof item === 'number') ? value : value.map(sorted);
  const fields = value as Plain;
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(fields).sort()) {
    if (name === '__proto__') Object.defineProperty(result, name, { value: sorted(fields[name]), enumerable: true });
    else result[name] = sorted(fields[name]);
  }
  return result;
}
