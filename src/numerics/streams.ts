/**
 * Named streams of a seed: every random choice of the lab comes from one, in integer arithmetic, so that it is
 * the same on every machine and no stream disturbs another. Seed 0 is as good as any.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

export interface Stream {
  /** Uniform unsigned 32-bit integer. */
  bits32(): number;
  /** Uniform integer in 0..bound−1, unbiased (rejection); bound in 1..2^32. */
  below(bound: number): number;
  /** Uniform double in [0, 1), a multiple of 2^−53. */
  uniform(): number;
}

/** The stream called `name` of a seed (any safe integer), e.g. `stream(3, 'init')`. */
export function stream(seed: number, name: string): Stream {
  const digest = sha256(new TextEncoder().encode(`${seed}/${name}`));
  const words = new DataView(digest.buffer, digest.byteOffset);
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => words.getInt32(offset, true)));
  const bits32 = (): number => generator.next() >>> 0;
  return {
    bits32,
    below(bound) {
      const limit = 2 ** 32 - (2 ** 32 % bound);
      for (;;) {
        const bits = bits32();
        if (bits < limit) return bits % bound;
      }
    },
    uniform() {
      const high = bits32() >>> 5;
      const low = bits32() >>> 6;
      return (high * 2 ** 26 + low) * 2 ** -53;
    },
  };
}

/** A uniformly random order of 0..size−1 (Fisher–Yates, from the end). */
export function permutation(source: Stream, size: number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last--) {
    const other = source.below(last + 1);
    const value = order[last];
    order[last] = order[other];
    order[other] = value;
  }
  return order;
}
