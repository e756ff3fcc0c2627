/**
 * Zip files. fflate writes them; they are read here, since fflate checks no CRC, believes the sizes that a file
 * claims, and works in one go: a hostile file could stop the page. Without encryption, several volumes or zip64.
 */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { Malformed, piecesOf } from './bytes.ts';
import { inflate, inflated } from './deflate.ts';

export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a reader puts up with. */
export interface ZipLimits {
  readonly entries: number;
  /** Of all entries together, unpacked. */
  readonly bytes: number;
}

export interface ZipEntry {
  readonly name: string;
  /** Bytes, unpacked; `read` takes no more, whatever is packed. */
  readonly size: number;
  /** The bytes of the file, checked. Rejects with `Malformed` where they are not what the zip says. */
  readonly read: () => Promise<Uint8Array>;
  /** The same bytes in pieces, none of which is held on to; that they are what the zip says shows after the last. */
  readonly pieces: () => AsyncIterable<Uint8Array>;
  /** Rejects with `Malformed` where the bytes are not what the zip says. */
  readonly check: () => Promise<void>;
}

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const END_BYTES = 22;
const MOST_COMMENT_BYTES = 65_535;

/** A zip of these files. Text is deflated; weights are noise to a compressor and stored as they are. */
export async function writeZip(files: AsyncIterable<ZipFile>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, part) => {
    if (error !== null) throw error;
    parts.push(new Uint8Array(part));
  });
  for await (const { name, bytes } of files) {
    const entry = name.endsWith('.json') ? new ZipDeflate(name) : new ZipPassThrough(name);
    zip.add(entry);
    entry.push(bytes, true);
  }
  zip.end();
  return new Blob(parts, { type: 'application/zip' });
}

/** The files of a zip, unread, in the order of its directory. Throws `Malformed` where it is none or exceeds the limits. */
export function readZip(bytes: Uint8Array, limits: ZipLimits): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > limits.entries) throw new Malformed();
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let index = 0; index < count; index++) {
    const { length, ...entry } = entryAt(bytes, view, at);
    const { name, size } = entry;
    total += size;
    if (names.has(name) || total > limits.bytes) throw new Malformed();
    names.add(name);
    entries.push(entry);
    at += length;
  }
  return entries;
}

/** The record that ends a zip; only a comment may follow it. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MOST_COMMENT_BYTES); at--) if (view.getUint32(at, true) === 0x06054b50) return at;
  throw new Malformed();
}

/** One record of the directory; `length` is its own. */
function entryAt(bytes: Uint8Array, view: DataView, at: number): ZipEntry & { length: number } {
  if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw new Malformed();
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const checksum = view.getUint32(at + 16, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const nameLength = view.getUint16(at + 28, true);
  const length = 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  const header = view.getUint32(at + 42, true);
  if ((flags & ENCRYPTED) !== 0 || (method !== STORED && method !== DEFLATED)) throw new Malformed();
  if (method === STORED && packed !== size) throw new Malformed();
  const read = async (): Promise<Uint8Array> => {
    const data = dataAt(bytes, view, header, packed);
    const unpacked = method === STORED ? data : await inflate(data, size).catch(malformed);
    if (unpacked.length !== size || crc32(unpacked) !== checksum) throw new Malformed();
    return unpacked;
  };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const data = dataAt(bytes, view, header, packed);
    let [came, sum] = [0, 0];
    for await (const piece of method === STORED ? piecesOf(data) : inflated(data, size)) {
      came += piece.length;
      sum = crc32(piece, sum);
      yield piece;
    }
    if (came !== size || sum !== checksum) throw new Malformed();
  }
  const check = async (): Promise<void> => {
    const all = pieces();
    while ((await all.next()).done !== true);
  };
  return { name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)), size, length, read, pieces, check };
}

/** An entry's data, which follow its own header. */
function dataAt(bytes: Uint8Array, view: DataView, header: number, packed: number): Uint8Array {
  if (header + 30 > bytes.length || view.getUint32(header, true) !== 0x04034b50) throw new Malformed();
  const from = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (from + packed > bytes.length) throw new Malformed();
  return bytes.subarray(from, from + packed);
}

function malformed(error: unknown): never {
  throw new Malformed(undefined, { cause: error });
}

/** Of a byte's value, its remainder by the polynomial of CRC-32 (ISO-HDLC). */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  return rest;
});

/** Of bytes, or, with the checksum of what came before them, of all of that. */
function crc32(bytes: Uint8Array, before = 0): number {
  let sum = ~before;
  for (let index = 0; index < bytes.length; index++) sum = remainders[(sum ^ bytes[index]) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}
