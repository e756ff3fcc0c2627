/**
 * Lists of the weights that there are, three a network and matrix: by row (which columns it has), by input (where, in rows of
 * weights of one position, it is read) and what the optimiser moves, row by row, a row's bias last.
 */
export interface ListLayout {
  readonly byRow: List;
  readonly byInput: List;
  readonly moved: List;
  /** Words of all of them. */
  readonly size: number;
  /** Weights that there is room for. */
  readonly capacity: number;
}

/** Where it lies, in words from the beginning: where each row starts, and the entries. */
export interface List {
  readonly starts: number;
  readonly entries: number;
}

export function listLayout(rows: number, inputs: number, capacity: number, hasBias: boolean): ListLayout {
  let next = 0;
  const take = (words: number): number => (next += words) - words;
  const list = (length: number, entries: number): List => ({ starts: take(length + 1), entries: take(entries) });
  const byRow = list(rows, capacity);
  const byInput = list(inputs, capacity);
  const moved = list(rows, capacity + (hasBias ? rows : 0));
  return { byRow, byInput, moved, size: next, capacity };
}
