import { sha256 } from '@noble/hashes/sha2.js';

/** Shorter than this, asking the platform takes longer than the answer. */
const SHORT = 2 ** 12;

/** SHA-256, of all but short bytes by the platform, which works it out beside this thread: a page stays responsive. */
export const sha256Of = async (bytes: Uint8Array): Promise<Uint8Array> =>
  bytes.length < SHORT ? sha256(bytes) : new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
