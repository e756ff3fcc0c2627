/**
 * Mask planes: which weights of each prunable parameter exist, and which of those are trained.
 * One bit a weight, in canonical order, least significant bit first within a byte.
 */
import type { Model } from '../models/model.ts';
import { prunableParameters } from '../models/model.ts';

/** Bits of one parameter; the unused bits of the last byte are zero. */
export interface Bits {
  readonly size: number;
  readonly bytes: Uint8Array;
}

export interface Plane {
  /** Absent weights are exactly zero. */
  readonly present: Bits;
  /** Present but not trainable weights are frozen at their value. */
  readonly trainable: Bits;
}

/** One plane a prunable parameter, by name. */
export type Planes = Readonly<Record<string, Plane>>;

/** The mask alone (*present*), by prunable parameter: what pruning makes and files keep. */
export type Mask = Readonly<Record<string, Bits>>;

export const getBit = (bits: Bits, index: number): boolean => ((bits.bytes[index >> 3] >> (index & 7)) & 1) === 1;

const emptyBits = (size: number): Bits => ({ size, bytes: new Uint8Array((size + 7) >> 3) });

/** Bits that are one wherever `predicate` holds. */
export function bitsWhere(size: number, predicate: (index: number) => boolean): Bits {
  const bits = emptyBits(size);
  for (let index = 0; index < size; index++) if (predicate(index)) bits.bytes[index >> 3] |= 1 << (index & 7);
  return bits;
}

export const fullBits = (size: number): Bits => bitsWhere(size, () => true);

export function countBits(bits: Bits): number {
  let count = 0;
  for (const byte of bits.bytes) for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The dense network's mask: every prunable weight present. */
export const denseMask = (model: Model): Mask =>
  Object.fromEntries(prunableParameters(model).map(({ name, size }) => [name, fullBits(size)]));

/** Planes of an ordinary ticket: whatever is present is trained. */
export const trainablePlanes = (mask: Mask): Planes =>
  Object.fromEntries(Object.entries(mask).map(([name, bits]) => [name, { present: bits, trainable: bits }]));

/** Share of all prunable weights that the mask keeps, 0..1. */
export function density(mask: Mask): number {
  const all = Object.values(mask);
  const total = all.reduce((sum, bits) => sum + bits.size, 0);
  return total === 0 ? 0 : all.reduce((sum, bits) => sum + countBits(bits), 0) / total;
}

/** Density of each prunable parameter, in canonical order. */
export const layerDensity = (model: Model, mask: Mask): number[] =>
  prunableParameters(model).map(({ name, size }) => countBits(mask[name]) / size);
