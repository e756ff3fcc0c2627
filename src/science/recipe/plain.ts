/** Plain JSON objects, as recipes are written in. */
export type Plain = Readonly<Record<string, unknown>>;

export const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON with sorted keys: equal values give equal text. */
export const stableText = (value: unknown): string => JSON.stringify(sorted(value));

/** Lists of numbers alone, which are long, stay what they are. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'number') ? value : value.map(sorted);
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
