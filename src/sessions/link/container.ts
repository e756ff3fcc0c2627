/**
 * The parts of a link: 4 bytes of the SHA-256 of all that follows, then sections, each its kind and length before it.
 * A reader passes over kinds it does not know; a section that changes its form takes a new kind. What is read is hostile.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { ByteReader, ByteWriter, Malformed } from '../bytes.ts';

/** Written once, never given another meaning. */
export const kinds = { recipe: 1, figures: 2, fingerprints: 3, curves: 4, masks: 5, branches: 6, densities: 11, diverged: 13 } as const;
/** Of a what-if. Kinds of their own, since a reader that knows of no branches would take its runs for the trunk's. */
export const branchKinds: Readonly<Record<SectionKind, number>> = {
  ...kinds,
  figures: 7,
  fingerprints: 8,
  curves: 9,
  masks: 10,
  densities: 12,
  diverged: 14,
};
export type SectionKind = keyof typeof kinds;

export type Sections = ReadonlyMap<number, Uint8Array>;

const CHECKSUM_BYTES = 4;

export const checksumOf = (bytes: Uint8Array): Uint8Array => sha256(bytes).subarray(0, CHECKSUM_BYTES);

export function joinSections(sections: Sections): Uint8Array {
  const body = new ByteWriter();
  for (const [kind, bytes] of sections) {
    body.varint(kind);
    body.varint(bytes.length);
    body.raw(bytes);
  }
  const bytes = body.done();
  const whole = new ByteWriter();
  whole.raw(checksumOf(bytes));
  whole.raw(bytes);
  return whole.done();
}

/** Throws `Malformed` where the checksum does not match or a section is cut short. */
export function splitSections(bytes: Uint8Array): Sections {
  const body = bytes.subarray(CHECKSUM_BYTES);
  if (!checksumOf(body).every((byte, index) => byte === bytes[index])) throw new Malformed();
  const sections = new Map<number, Uint8Array>();
  const reader = new ByteReader(body);
  while (!reader.isAtEnd) {
    const kind = reader.varint();
    sections.set(kind, reader.raw(reader.varint()));
  }
  return sections;
}
