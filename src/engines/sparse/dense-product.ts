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

/** So many rows and so many weights of each are worth laying their values side by side (kernels/dense.ts). */
const COPIED = { rows: 32, depth: 192 };

/** Words of a part's values of eight examples, laid side by side, and of their offsets. */
const COPY = 9;

/** What is written beyond a panel whose rows have no multiple of four weights, in words. */
const SPARE = 12;

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

/** Words that `multiply` wants for panels, and for copied values behind them. */
export function panelWords(rows: number, depth: number, accumulate: boolean): number {
  const part = partOf(rows, depth, accumulate);
  return part.rows * part.depth + SPARE + COPY * part.depth;
}

/** Calls `layOut` for each part, which writes to `panels`, and multiplies. */
export function multiply(heap: Heap, panels: number, product: Product, layOut: LayOut): void {
  const { rows, depth, offsets, first, x, y, stride, relu, accumulate, mask, positions } = product;
  const part = partOf(rows, depth, accumulate);
  const copy = part.rows >= COPIED.rows && part.depth >= COPIED.depth ? panels + 4 * (part.rows * part.depth + SPARE) : 0;
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
        copy,
      );
      weight += deep;
    } while (weight < depth);
  }
}

/**
 * Lays out rows of `rowLength` weights from `weights` on, four at a time. Weights too are taken by four: what lies beyond a
 * row's end goes beyond its panel, where the next panel is written after it.
 */
export function rowPanels(heap: Heap, panels: number, weights: number, rowLength: number): LayOut {
  return (row, rows, weight, depth) => {
    for (let of = 0; of < rows; of += 4) {
      const from = weights + 4 * ((row + of) * rowLength + weight);
      heap.kernels.transpose(4, depth, from, 4 * rowLength, panels + 4 * of * depth, 16);
    }
  };
}
