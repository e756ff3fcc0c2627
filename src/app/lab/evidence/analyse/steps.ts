/** Steps as people type them. */

/** Whole numbers within the range, ascending, each once; null where the text is anything else. */
export function parseSteps(text: string, { first, last }: { readonly first: number; readonly last: number }): readonly number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const steps = parts.map(Number);
  const isFine = steps.length > 0 && steps.every((step) => Number.isSafeInteger(step) && step >= first && step <= last);
  return isFine ? [...new Set(steps)].sort((one, other) => one - other) : null;
}
