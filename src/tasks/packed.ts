/**
 * The packed file: gzip of a header, then labels (one byte each), then inputs example after example.
 * Header, little-endian: `LTLD`, version u16, bytes a value u16 (1: bytes, 4: float32), examples u32,
 * height u16, width u16, channels u16, classes u16.
 */
import type { Shape } from '../models/model.ts';

export const MAGIC = 0x444c544c;
export const VERSION = 1;
export const HEADER_BYTES = 20;

export interface Header {
  readonly bytesPerValue: number;
  readonly count: number;
  readonly shape: Shape;
  readonly classes: number;
}

export interface Packed {
  readonly header: Header;
  readonly labels: Uint8Array;
  /** The values as they lie in the file. */
  readonly inputs: Uint8Array;
}

/** Size of what a file inflates to. */
export const inflatedBytes = ({ bytesPerValue, count, shape }: Header): number =>
  HEADER_BYTES + count * (1 + shape.height * shape.width * shape.channels * bytesPerValue);

/** Parts of an inflated file; null where its header is not this format's or its length not what the header says. */
export function unpack(bytes: Uint8Array): Packed | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (view.getUint32(0, true) !== MAGIC || view.getUint16(4, true) !== VERSION) return null;
  const header: Header = {
    bytesPerValue: view.getUint16(6, true),
    count: view.getUint32(8, true),
    shape: { height: view.getUint16(12, true), width: view.getUint16(14, true), channels: view.getUint16(16, true) },
    classes: view.getUint16(18, true),
  };
  if (bytes.length !== inflatedBytes(header)) return null;
  const inputs = HEADER_BYTES + header.count;
  return { header, labels: bytes.subarray(HEADER_BYTES, inputs), inputs: bytes.subarray(inputs) };
}
