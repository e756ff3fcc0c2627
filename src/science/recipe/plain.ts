/** Plain JSON objects, as recipes are written in. */
export type Plain = Readonly<Record<string, unknown>>;

export const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON with sorted keys: equal values give equal text. */
export const stableText = (value: unknown): string => JSON.stringify(sorted(value));

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
