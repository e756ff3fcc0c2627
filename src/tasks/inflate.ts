/** A packed file, from the bytes as served to its parts, with every doubt settled on the way. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { DataFile, Dataset } from './dataset.ts';
import { inflatedBytes, unpack, type Header, type Packed } from './packed.ts';

/** Throws a LabError that names the file where its size, hash or content is not what the manifest says. */
export async function openPacked(dataset: Dataset, file: DataFile, bytes: Uint8Array): Promise<Packed> {
  const subject = file.path;
  if (bytes.length !== file.bytes)
    throw new LabError(m.tasks_file_size({ file: subject, bytes: bytes.length, expected: file.bytes }), subject);
  const found = bytesToHex(sha256(bytes));
  if (found !== file.sha256) throw new LabError(m.tasks_file_changed({ file: subject, found, expected: file.sha256 }), subject);
  const expected: Header = {
    bytesPerValue: dataset.bytesPerValue,
    count: file.count,
    shape: dataset.input,
    classes: dataset.classes,
  };
  const inflated = await inflate(bytes, inflatedBytes(expected));
  const packed = inflated === null ? null : unpack(inflated);
  if (packed === null || !isSame(packed.header, expected) || packed.labels.some((label) => label >= dataset.classes))
    throw new LabError(m.tasks_file_format({ file: subject }), subject);
  return packed;
}

/** Null where the bytes are no gzip, or inflate to more or fewer than `size` bytes: no more than that is ever held. */
async function inflate(bytes: Uint8Array, size: number): Promise<Uint8Array | null> {
  const inflated = new Uint8Array(size);
  let filled = 0;
  const reader = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      if (filled + chunk.value.length > size) {
        await reader.cancel();
        return null;
      }
      inflated.set(chunk.value, filled);
      filled += chunk.value.length;
    }
  } catch {
    return null;
  }
  return filled === size ? inflated : null;
}

const isSame = (one: Header, other: Header): boolean =>
  one.bytesPerValue === other.bytesPerValue &&
  one.count === other.count &&
  one.classes === other.classes &&
  one.shape.height === other.shape.height &&
  one.shape.width === other.shape.width &&
  one.shape.channels === other.shape.channels;
