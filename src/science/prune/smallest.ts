/** Where sizes end that are kept, without sorting them: for what asks many times a second. */
import { getBit, type Bits } from '../mask.ts';

export interface Sizes {
  readonly weights: Float32Array;
  readonly present: Bits;
}

/**
 * The smallest size |w| among the `keep` largest of the present weights of all layers together; Infinity where none is kept.
 * Sizes order as the bits of their floats do, so counting the upper and then the lower halves of the bits finds it in two
 * passes: a sort would take ten times as long, several times a second.
 */
export function smallestKept(layers: readonly Sizes[], keep: number): number {
  if (keep === 0) return Infinity;
  const upper = countHalves(layers, (bits) => bits >>> 16);
  const [high, above] = descend(upper, keep);
  const lower = countHalves(layers, (bits) => (bits >>> 16 === high ? bits & 0xffff : -1));
  const [low] = descend(lower, keep - above);
  return new Float32Array(Uint32Array.of(high * 0x10000 + low).buffer)[0];
}

/** How many sizes have each half; −1 leaves one out. */
function countHalves(layers: readonly Sizes[], half: (bits: number) => number): Uint32Array {
  const counts = new Uint32Array(0x10000);
  for (const { weights, present } of layers) {
    const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
    for (let index = 0; index < bits.length; index++) {
      if (!getBit(present, index)) continue;
      const place = half(bits[index] & 0x7fffffff);
      if (place >= 0) counts[place]++;
    }
  }
  return counts;
}

/** From the top, the place at which `rank` is reached, and how many lie above it. */
function descend(counts: Uint32Array, rank: number): [place: number, above: number] {
  let above = 0;
  for (let place = counts.length - 1; place >= 0; place--) {
    if (above + counts[place] >= rank) return [place, above];
    above += counts[place];
  }
  throw new RangeError(`fewer than ${rank} weights are present`);
}
