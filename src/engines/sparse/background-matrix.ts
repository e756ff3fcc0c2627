/** How one network's matrix lies in memory where a layer reads data of which most is background. */
import type { Parameter } from '../../models/model.ts';
import type { Plane } from '../../science/mask.ts';
import { PAIR } from './background.ts';
import type { Heap } from './heap.ts';
import { inFours } from './linear.ts';
import { absentOf, NONE, rowsOf, Store } from './parameters.ts';

/**
 * From this share of its weights on a matrix stores them all: there the two ways take about as long. It is less than in
 * linear.ts, since panels pass over the background, too.
 */
const PANELS_FROM = 0.55;

/** Rows of a wide panel; see kernels/panels.ts. */
const PANEL = 16;

export class BackgroundMatrix {
  readonly kind = 'background';
  readonly store: Store;
  readonly isRead: Uint8Array;
  /** Rows in panels, the first ones; absent weights of theirs are stored and held at 0. */
  readonly panelled: number;
  /** Compressed rows of the others: their weights begin `skipped` weights after the first. */
  readonly skipped: number;
  readonly starts: number;
  readonly ends: number;
  readonly columns: number;
  /** Room for the pairs of a batch's live features, where each of those rows begins, and where its trained weights end. */
  readonly entries: number;
  readonly firsts: number;
  readonly lasts: number;
  /** Whether the batch at hand is met by those pairs, or by every kept weight. */
  isPaired = false;
  /** Every row's bias with the background's part. */
  readonly folded: number;
  /** Sum of the versions of the weights and biases that `folded` was made of; both only grow. */
  foldedVersion = -1;

  /** `order`: of a matrix in panels, `offsets`: in bytes, of each feature. */
  constructor(heap: Heap, weight: Parameter, plane: Plane | undefined, order: Uint32Array, offsets: Uint32Array, moments: number) {
    const features = offsets.length;
    const rows = weight.size / features;
    const present = rowsOf(plane, rows, features);
    const isDense = !present.anyFrozen && present.order.length >= PANELS_FROM * weight.size;
    const kept = isDense ? { ...rowsOf(undefined, rows, features), order } : present;
    const absent = isDense && plane !== undefined ? absentOf(plane, order) : NONE;
    this.store = new Store(heap, weight, kept.order, absent, kept.anyFrozen ? kept : null, moments);
    this.panelled = isDense ? inFours(rows) : 0;
    this.skipped = this.panelled * features;
    const { skipped, store } = this;
    const count = kept.order.length - skipped;
    this.columns = store.place(
      Uint32Array.from({ length: count + 8 }, (_, k) => (k < count ? offsets[kept.order[skipped + k] % features] : 0)),
    );
    this.starts = store.place(kept.starts.slice(this.panelled).map((start) => start - skipped));
    this.ends = kept.anyFrozen ? store.movable.ends : this.starts + 4;
    this.entries = store.allocate((PAIR / 4) * (count + 4));
    this.firsts = store.allocate(rows + 1);
    this.lasts = store.allocate(rows);
    this.folded = store.allocate(rows);
    this.isRead = new Uint8Array(features);
    for (const index of present.order) this.isRead[index % features] = 1;
  }
}

/** The canonical index of each weight of a matrix in panels; rows that make no four lie behind them as they are. */
export function panelOrder(rows: number, features: number): Uint32Array {
  const order = new Uint32Array(rows * features);
  let at = 0;
  for (let row = 0; row < rows;) {
    const height = row + PANEL <= rows ? PANEL : row + 4 <= rows ? 4 : 1;
    for (let feature = 0; feature < features; feature++) {
      for (let of = row; of < row + height; of++) order[at++] = of * features + feature;
    }
    row += height;
  }
  return order;
}
