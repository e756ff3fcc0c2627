/** What somebody typed, as the value it means; what means nothing stays text, for the recipe's own checks to report. */

/** A number, times `scale`; decimal commas and thin spaces are understood. */
export function readNumber(text: string, scale = 1): number | string {
  const plain = text
    .replace(/[\s\u202f%]/g, '')
    .replace('\u2212', '-')
    .replace(',', '.');
  const value = plain === '' ? NaN : Number(plain);
  if (!Number.isFinite(value)) return text;
  // 15 digits: 20 % is 0.2, not 0.2 and a rounding error.
  return scale === 1 ? value : Number((value * scale).toPrecision(15));
}

/** Numbers separated by commas, semicolons, spaces, × or hyphens; empty text is an empty list. */
export const readList = (text: string): (number | string)[] =>
  text
    .split(/[\s,;×x-]+/)
    .filter((part) => part !== '')
    .map((part) => readNumber(part));
