/** N:M pruning: so many of every block of consecutive weights of a row stay, as sparse hardware wants it (Mishra et al. 2021). */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { permutation, type Stream } from '../../numerics/streams.ts';
import { bitsWhere, getBit, type Mask } from '../mask.ts';
import { recipeAt } from '../plan.ts';
import type { Grouping } from './grouping.ts';
import { leftInBlock } from './structure-counts.ts';

/** Every level leaves one weight less of every block; the last block of a row may be short and then leaves as many at most. */
export const blocks: Grouping = {
  paper: 'Mishra et al. 2021',
  formula: 'of every M consecutive weights of a row the N of highest s stay; N = M − level',
  cut: ({ plan, model, level, from, scores, ties }) => {
    const sources = byParameter(model, ties);
    return eachBlock(model, recipeAt(plan, level).pruning.blockSize, (name, places) => {
      const present = places.filter((place) => getBit(from[name], place));
      return largest(present, scores[name], leftInBlock(plan, level), sources[name]);
    });
  },
  shuffle: (model, mask, source, blockSize) => {
    const sources = byParameter(model, source);
    return eachBlock(model, blockSize, (name, places) => {
      const order = permutation(sources[name], places.length);
      return places.filter((_, index) => getBit(mask[name], places[order[index]]));
    });
  },
};

const byParameter = (model: Model, source: (name: string) => Stream): Readonly<Record<string, Stream>> =>
  Object.fromEntries(prunableParameters(model).map(({ name }) => [name, source(name)]));

/** A mask of what `keep` chooses of the places of every block of every row. */
function eachBlock(model: Model, blockSize: number, keep: (name: string, places: readonly number[]) => readonly number[]): Mask {
  return Object.fromEntries(
    prunableParameters(model).map(({ name, shape, size }) => {
      const width = size / shape[0];
      const kept = new Set<number>();
      for (let row = 0; row < size; row += width)
        for (let start = 0; start < width; start += blockSize) {
          const places = Array.from({ length: Math.min(blockSize, width - start) }, (_, index) => row + start + index);
          for (const place of keep(name, places)) kept.add(place);
        }
      return [name, bitsWhere(size, (place) => kept.has(place))];
    }),
  );
}

/** The `count` places of highest score; where equal scores straddle the threshold, a draw decides. */
function largest(places: readonly number[], scores: Float32Array, count: number, ties: Stream): readonly number[] {
  if (places.length <= count) return places;
  const byScore = (one: number, other: number): number => scores[other] - scores[one];
  const sorted = [...places].sort(byScore);
  if (scores[sorted[count - 1]] !== scores[sorted[count]]) return sorted.slice(0, count);
  return [...permutation(ties, places.length)]
    .map((index) => places[index])
    .sort(byScore)
    .slice(0, count);
}
