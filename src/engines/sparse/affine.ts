/**
 * A table of what bytes stand for as arithmetic that vectors can do: byte × scale + offset, in single precision and to the
 * last bit the table's own values.
 */

/**
 * The value of a byte is (byte × scale + offset) + (byte × scaleRest + offsetRest). The first part is exact, since its
 * numbers have few digits; the second is what it lacks, too small for its own rounding to show; so the sum rounds once.
 */
export interface Affine {
  readonly scale: number;
  readonly offset: number;
  readonly scaleRest: number;
  readonly offsetRest: number;
}

/** Whole numbers below this one are floats, to the last digit. */
const FULL = 2 ** 24;

const { fround } = Math;

const valueOf = (byte: number, { scale, offset, scaleRest, offsetRest }: Affine): number =>
  fround(fround(fround(byte * scale) + offset) + fround(fround(byte * scaleRest) + offsetRest));

/** Null where no such numbers give each of the table's 256 values. */
export function affineOf(table: Float32Array): Affine | null {
  const line = lineThrough(table);
  const largest = Math.max(Math.abs(255 * line.scale), Math.abs(line.offset), Math.abs(255 * line.scale + line.offset));
  if (!Number.isFinite(largest)) return null;
  // So that no value has more than `FULL` units.
  let unit = 2 ** -126;
  while (unit * FULL <= largest) unit *= 2;
  const scale = Math.round(line.scale / unit) * unit;
  const offset = Math.round(line.offset / unit) * unit;
  const affine = { scale, offset, scaleRest: fround(line.scale - scale), offsetRest: fround(line.offset - offset) };
  return table.every((value, byte) => Object.is(value, valueOf(byte, affine))) ? affine : null;
}

/** A line that rounds to the table's values, where there is one: it passes through each value's surroundings. */
function lineThrough(table: Float32Array): { readonly scale: number; readonly offset: number } {
  const lower = Array.from(table, (value) => (value + neighbour(value, -1)) / 2);
  const upper = Array.from(table, (value) => (value + neighbour(value, 1)) / 2);
  let [flattest, steepest] = [-Infinity, Infinity];
  for (let byte = 0; byte < 256; byte++) {
    for (let next = byte + 1; next < 256; next++) {
      flattest = Math.max(flattest, (lower[next] - upper[byte]) / (next - byte));
      steepest = Math.min(steepest, (upper[next] - lower[byte]) / (next - byte));
    }
  }
  const scale = (flattest + steepest) / 2;
  const lowest = Math.max(...lower.map((value, byte) => value - scale * byte));
  const highest = Math.min(...upper.map((value, byte) => value - scale * byte));
  return { scale, offset: (lowest + highest) / 2 };
}

/** The next float above (1) or below (−1). */
function neighbour(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * 2 ** -149;
  const float = Float32Array.of(value);
  new Int32Array(float.buffer)[0] += value > 0 ? direction : -direction;
  return float[0];
}
