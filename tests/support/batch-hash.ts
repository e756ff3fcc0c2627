/** A fingerprint of batches: equal hashes mean that two networks saw the same examples in the same order. */
import { createHash } from 'node:crypto';
import type { Batches } from '../../src/tasks/task.ts';

/** SHA-256 (hex) of the examples of the batches at positions from..to−1. */
export function batchHash(batches: Batches, from: number, to: number): string {
  const hash = createHash('sha256');
  for (let position = from; position < to; position++) hash.update(Uint32Array.from(batches.at(position)));
  return hash.digest('hex');
}
