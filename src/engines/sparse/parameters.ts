/** How one network's parameters lie in memory: what exists, and no more unless that is faster, with gradient and moments beside it. */
import type { Parameter } from '../../models/model.ts';
import { getBit, type Plane } from '../../science/mask.ts';
import type { Heap } from './heap.ts';

/** Kernels may read and write so many weights beyond the end of an array. */
const SPARE = 8;

/** No places. */
export const NONE = Uint32Array.of();

/** The part of a parameter that is stored, in the order of computation: row by row, a row's frozen weights last. */
export class Store {
  /** Grows with every change of the weights; whoever moves them in a kernel calls `moved`. */
  version = 0;
  readonly count: number;
  readonly weights: number;
  readonly gradient: number;
  readonly moments: readonly number[];
  /** Parts that the optimiser moves: `starts` and `ends` of so many rows. */
  readonly movable: { readonly rows: number; readonly starts: number; readonly ends: number };
  private readonly blocks: number[] = [];
  /** Byte offsets of stored weights that do not exist and stay 0. */
  private readonly absentAt: number;

  constructor(
    private readonly heap: Heap,
    readonly parameter: Parameter,
    /** Canonical index of each stored weight; null where all are, in canonical order. */
    private readonly order: Uint32Array | null,
    /** Places, in that order, of stored weights that do not exist; none of them is frozen. */
    private readonly absent: Uint32Array,
    /** Where some weights are frozen: first weight, and first frozen weight, of each row. */
    private readonly frozen: { readonly starts: Uint32Array; readonly ends: Uint32Array } | null,
    moments: number,
  ) {
    this.count = order?.length ?? parameter.size;
    this.weights = this.allocate(this.count + SPARE);
    this.gradient = this.allocate(this.count + SPARE);
    this.moments = Array.from({ length: moments }, () => this.allocate(this.count + SPARE));
    const starts = frozen?.starts ?? Uint32Array.of(0);
    const ends = frozen?.ends ?? Uint32Array.of(this.count);
    this.absentAt = absent.length === 0 ? 0 : this.place(absent.map((place) => 4 * place));
    this.movable = { rows: ends.length, starts: this.place(starts), ends: this.place(ends) };
  }

  /** An array of 32-bit words that lives as long as this store. */
  place(words: Uint32Array): number {
    const at = this.allocate(words.length);
    this.heap.u32.set(words, at >> 2);
    return at;
  }

  /** The address of so many 32-bit zeros. */
  allocate(words: number): number {
    const at = this.heap.allocate(4 * words);
    this.blocks.push(at);
    return at;
  }

  /** Values of the array at `address` in canonical order, absent ones 0. */
  read(address: number): Float32Array {
    const from = address >> 2;
    const present = this.heap.f32.subarray(from, from + this.count);
    if (this.order === null) return present.slice();
    const all = new Float32Array(this.parameter.size);
    for (let k = 0; k < this.count; k++) all[this.order[k]] = present[k];
    return all;
  }

  /** Takes canonical values; those of absent weights are passed over. */
  write(address: number, values: Float32Array): void {
    const { f32 } = this.heap;
    const to = address >> 2;
    if (this.order === null) f32.set(values, to);
    else for (let k = 0; k < this.count; k++) f32[to + k] = values[this.order[k]];
    this.clearAbsent(address);
    this.moved();
  }

  moved(): void {
    this.version++;
  }

  /** Makes what the array at `address` has of weights that do not exist 0. */
  clearAbsent(address: number): void {
    if (this.absent.length > 0) this.heap.kernels.clearAt(this.absent.length, this.absentAt, address);
  }

  /** Takes canonical moments; a frozen weight has none. */
  writeMoment(address: number, values: Float32Array): void {
    this.write(address, values);
    const { frozen } = this;
    if (frozen === null) return;
    const to = address >> 2;
    for (let row = 0; row < frozen.ends.length; row++) {
      const next = row + 1 < frozen.starts.length ? frozen.starts[row + 1] : this.count;
      this.heap.f32.fill(0, to + frozen.ends[row], to + next);
    }
  }

  free(): void {
    for (const block of this.blocks) this.heap.free(block);
  }
}

/** A weight matrix's existing entries: row by row in ascending columns, the frozen ones of a row last. */
export interface Rows {
  /** Canonical index (row × columns + column) of each entry. */
  readonly order: Uint32Array;
  /** First entry of each row, and one past the last: rows + 1 numbers. */
  readonly starts: Uint32Array;
  /** First frozen entry of each row, or its end. */
  readonly ends: Uint32Array;
  readonly anyFrozen: boolean;
}

/** Where the weights that do not exist are in an order; null stands for the canonical one. */
export function absentOf({ present }: Plane, order: Uint32Array | null): Uint32Array {
  const absent = new Uint32Array(present.size);
  let count = 0;
  for (let place = 0; place < present.size; place++) if (!getBit(present, order?.[place] ?? place)) absent[count++] = place;
  return absent.slice(0, count);
}

export function rowsOf(plane: Plane | undefined, rows: number, columns: number): Rows {
  const size = rows * columns;
  const order = new Uint32Array(size);
  const starts = new Uint32Array(rows + 1);
  const ends = new Uint32Array(rows);
  const frozen = new Uint32Array(columns);
  let count = 0;
  let anyFrozen = false;
  for (let row = 0; row < rows; row++) {
    let frozenCount = 0;
    for (let index = row * columns, next = index + columns; index < next; index++) {
      if (plane !== undefined && !getBit(plane.present, index)) continue;
      if (plane === undefined || getBit(plane.trainable, index)) order[count++] = index;
      else frozen[frozenCount++] = index;
    }
    ends[row] = count;
    order.set(frozen.subarray(0, frozenCount), count);
    count += frozenCount;
    starts[row + 1] = count;
    anyFrozen ||= frozenCount > 0;
  }
  return { order: order.slice(0, count), starts, ends, anyFrozen };
}
