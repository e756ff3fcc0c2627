/**
 * Products of a matrix that stores every weight, part after part: a part's weights, laid out anew for the kernel, stay in
 * the processor's cache for all positions and examples. Unfinished sums wait in the output.
 */
import type { Heap } from './heap.ts';
import type { Positions } from './wasm.ts';

/** Weights of a row in a part, at most: what a block of examples has for them fits the fastest cache. */
const DEPTH = 640;
/** Weights of a part, at most (but at least four rows of them). */
const CELLS = 2 ** 17;

/** Addresses, and numbers of rows and of weights a row. */
export interface Product {
  /** A multiple of four. */
  readonly rows: number;
  readonly depth: number;
  /** The byte offset of what each weight of a row is multiplied with. */
  readonly offsets: number;
  /** What each row's sum begins with. */
  readonly first: number;
  readonly x: number;
  readonly y: number;
  /** Bytes of one feature. */
  readonly stride: number;
  readonly relu: boolean;
  /** Adds to what `y` holds. */
  readonly accumulate: boolean;
  /** What must be above 0 for a result not to be 0; 0 for none. */
  readonly mask: number;
  readonly positions: Positions;
}

/** Lays out so many rows, so many weights of each, from this row and weight on. */
type LayOut = (row: number, rows: number, weight: number, depth: number) => void;

/** Sums that are added to something in the end cannot wait in its place. */
const partOf = (rows: number, depth: number, accumulate: boolean): { readonly rows: number; readonly depth: number } => {
  const deep = accumulate ? depth : evenly(depth, DEPTH);
  return { rows: evenly(rows, Math.max(4, Math.floor(CELLS / deep))), depth: deep };
};

/** The size of the fewest equal parts, none larger than `most`: a multiple of four. */
const evenly = (total: number, most: number): number => 4 * Math.ceil(total / Math.max(1, Math.ceil(total / most)) / 4);

/** Words that `multiply` wants for panels. */
export function panelWords(rows: number, depth: number, accumulate: boolean): number {
  const part = partOf(rows, depth, accumulate);
  return part.rows * part.depth;
}

/** Calls `layOut` for each part, which writes to `panels`, and multiplies. */
export function multiply(heap: Heap, panels: number, product: Product, layOut: LayOut): void {
  const { rows, depth, offsets, first, x, y, stride, relu, accumulate, mask, positions } = product;
  const part = partOf(rows, depth, accumulate);
  for (let row = 0; row < rows; row += part.rows) {
    const its = Math.min(part.rows, rows - row);
    const skipped = stride * row;
    let weight = 0;
    // A row may have no weights: its result is written all the same.
    do {
      const deep = Math.min(part.depth, depth - weight);
      const isLast = weight + deep === depth;
      layOut(row, its, weight, deep);
      heap.kernels.denseProduct(
        ...[its, deep, offsets + 4 * weight, panels, weight === 0 ? first + 4 * row : 0],
        ...[x, y + skipped, stride, isLast && relu ? 1 : 0, accumulate ? 1 : 0, isLast && mask !== 0 ? mask + skipped : 0],
        ...positions,
      );
      weight += deep;
    } while (weight < depth);
  }
}
