/** When masks have settled: how far those drawn while a network trains are from each other (You et al. 2020, §3). */
import type { Mask } from '../mask.ts';

/** What the watch over a dense network has seen, as a result keeps it. */
export interface EarlyBirdRecord {
  /** Steps after which a mask was drawn: the end of every epoch. */
  readonly steps: readonly number[];
  /** Of mask i, its distance (0..1) from each before it: row i has i entries. */
  readonly distances: readonly (readonly number[])[];
  /** After how many steps the ticket was drawn and training stopped; null while it trains. */
  readonly drawnAt: number | null;
  /** Whether the masks had settled then; if not, training had come to its end. */
  readonly settled: boolean;
}

/** Most epochs that are watched: every mask is held until the end, and every pair of them compared. */
export const MOST_EPOCHS = 128;

const ones = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
});

/** Share (0..1) of all prunable weights that one mask keeps and the other does not: the normalised Hamming distance. */
export function maskDistance(one: Mask, other: Mask): number {
  let differing = 0;
  let size = 0;
  for (const [name, bits] of Object.entries(one)) {
    size += bits.size;
    const { bytes } = other[name];
    for (let at = 0; at < bytes.length; at++) differing += ones[bits.bytes[at] ^ bytes[at]];
  }
  return size === 0 ? 0 : differing / size;
}

/** The largest distance among the last `window` masks; Infinity while there are fewer. */
export function widest(distances: EarlyBirdRecord['distances'], window: number): number {
  const first = distances.length - window;
  if (first < 0) return Infinity;
  return Math.max(0, ...distances.slice(first).flatMap((row) => row.slice(first)));
}
