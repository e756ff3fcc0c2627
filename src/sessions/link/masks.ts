/**
 * Tickets' masks in a link, one seed after another and each seed's sparsest first: what a sparser level keeps, the one
 * before it kept too, so that every bit is written as it is known from there. As many as there is room for.
 */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { bitsWhere, getBit, type Bits, type Mask } from '../../science/mask.ts';
import { ByteReader, ByteWriter, Malformed } from '../bytes.ts';
import { Odds, RangeReader, RangeWriter, type BitCoder } from './range.ts';

/** Most mask bits that a link may hold, 1 MB of them: hostile links promise more. */
export const MAX_MASK_BITS = 8_000_000;
const MEMORY = 1_000;

export interface SharedMask {
  readonly seed: number;
  readonly level: number;
  readonly mask: Mask;
}

export const maskBits = (model: Model): number => prunableParameters(model).reduce((sum, { size }) => sum + size, 0);

/** One mask, given the next sparser one of its seed (or null); null as soon as it takes more than `room` bytes. */
export function packMask(model: Model, { seed, level, mask }: SharedMask, sparser: Mask | null, room: number): Uint8Array | null {
  const coder = new RangeWriter();
  for (const { name, size } of prunableParameters(model)) {
    codeBits(coder, size, mask[name], sparser?.[name]);
    if (coder.length > room) return null;
  }
  const bytes = coder.done();
  const writer = new ByteWriter();
  writer.varint(seed);
  writer.varint(level);
  writer.varint(bytes.length);
  writer.raw(bytes);
  return writer.done();
}

/** At most `tickets` masks; throws `Malformed` where there are more. */
export function readMasks(model: Model, bytes: Uint8Array, tickets: number): SharedMask[] {
  const reader = new ByteReader(bytes);
  const masks: SharedMask[] = [];
  const most = Math.min(tickets, MAX_MASK_BITS / Math.max(1, maskBits(model)));
  while (!reader.isAtEnd) {
    if (masks.length + 1 > most) throw new Malformed();
    const seed = reader.varint();
    const level = reader.varint();
    const coder = new RangeReader(reader.raw(reader.varint()));
    const last = masks.length === 0 ? null : masks[masks.length - 1];
    const sparser = last?.seed === seed ? last.mask : null;
    const mask = Object.fromEntries(
      prunableParameters(model).map(({ name, size }) => [name, codeBits(coder, size, undefined, sparser?.[name])]),
    );
    masks.push({ seed, level, mask });
  }
  return masks;
}

/** Writes `bits`, or reads where there are none to write. */
function codeBits(coder: BitCoder, size: number, bits: Bits | undefined, sparser: Bits | undefined): Bits {
  const odds = [new Odds(MEMORY), new Odds(MEMORY)];
  return bitsWhere(size, (index) => {
    const kept = sparser !== undefined && getBit(sparser, index) ? 1 : 0;
    return coder.bit(odds[kept], bits !== undefined && getBit(bits, index) ? 1 : 0) === 1;
  });
}
