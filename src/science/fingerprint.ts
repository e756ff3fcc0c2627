/** A run's fingerprint: what lets anybody run it again and compare. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Model } from '../models/model.ts';
import type { Snapshot } from './tensors.ts';

/**
 * SHA-256 of all parameters, then all buffers, as little-endian float32 in canonical order, −0 as +0; lower-case hex.
 */
export function fingerprint(model: Model, { parameters, buffers }: Snapshot): string {
  const hash = sha256.create();
  for (const { name } of model.parameters) hash.update(littleEndian(parameters[name]));
  for (const { name } of model.buffers) hash.update(littleEndian(buffers[name]));
  return bytesToHex(hash.digest());
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  // Adding +0 turns −0 into +0 and leaves every other value as it is.
  values.forEach((value, index) => view.setFloat32(4 * index, value + 0, true));
  return bytes;
}
