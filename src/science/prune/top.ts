/** Exact top-k among present weights: the only way a mask is ever cut. */
import type { Stream } from '../../numerics/streams.ts';
import { permutation } from '../../numerics/streams.ts';
import { bitsWhere, countBits, getBit, type Bits } from '../mask.ts';

/** Weights that compete with each other, e.g. those of one layer. */
export interface Contender {
  readonly scores: Float32Array;
  readonly present: Bits;
}

/**
 * Keeps exactly `keep` of the present weights of all contenders together: those with the highest scores.
 * Where equal scores straddle the threshold, `ties` decides (and is drawn from only then).
 * Returns the new presence of each contender. Throws RangeError if a present score is not a number,
 * or if more would be kept than there are.
 */
export function keepTop(contenders: readonly Contender[], keep: number, ties: Stream): Bits[] {
  const scores = presentScores(contenders);
  if (keep > scores.length) throw new RangeError(`cannot keep ${keep} of ${scores.length} weights`);
  if (keep === 0) return contenders.map(({ present }) => bitsWhere(present.size, () => false));
  scores.sort();
  const threshold = scores[scores.length - keep];
  const above = scores.length - firstAbove(scores, threshold);
  const chosen = chooseTied(contenders, threshold, keep - above, ties);
  return contenders.map((contender, which) =>
    bitsWhere(contender.present.size, (index) => {
      if (!getBit(contender.present, index)) return false;
      const score = contender.scores[index];
      return score > threshold || (score === threshold && chosen[which].has(index));
    }),
  );
}

function presentScores(contenders: readonly Contender[]): Float32Array {
  const scores = new Float32Array(contenders.reduce((sum, { present }) => sum + countBits(present), 0));
  let filled = 0;
  for (const contender of contenders) {
    for (let index = 0; index < contender.present.size; index++) {
      if (!getBit(contender.present, index)) continue;
      const score = contender.scores[index];
      if (Number.isNaN(score)) throw new RangeError('a weight has a score that is not a number');
      scores[filled++] = score;
    }
  }
  return scores;
}

/** Index of the first value greater than `threshold` in ascending values. */
export function firstAbove(ascending: Float32Array, threshold: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > threshold) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Which of the weights at exactly the threshold stay: per contender, a set of indices. */
function chooseTied(contenders: readonly Contender[], threshold: number, places: number, ties: Stream): Set<number>[] {
  const tied: { which: number; index: number }[] = [];
  contenders.forEach((contender, which) => {
    for (let index = 0; index < contender.present.size; index++) {
      if (getBit(contender.present, index) && contender.scores[index] === threshold) tied.push({ which, index });
    }
  });
  const chosen = contenders.map(() => new Set<number>());
  const order = tied.length === places ? tied.keys() : permutation(ties, tied.length).slice(0, places);
  for (const place of order) chosen[tied[place].which].add(tied[place].index);
  return chosen;
}
