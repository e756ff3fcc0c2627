/**
 * How a level comes out of the one it is cut from: the parent's final weights, what is cut of them, and the way of the
 * survivors to the weights they start from again. Binned where the weights are; a few survivors can be followed singly.
 */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { stream } from '../../numerics/streams.ts';
import type { Ancestors, Drawing } from '../draw.ts';
import { countBits, getBit, type Bits, type Mask } from '../mask.ts';
import { isCut } from '../recipe/method.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { RunId } from '../result.ts';
import { BINS_PER_SIDE, bin, binOf, type LayerHistogram, type Limits } from './histogram.ts';
import { difference, isCutBySize } from './next-cut.ts';

/** Survivors followed singly, per layer. */
export const TRACERS = 56;

/** Moments of the way back that are binned, both ends included. */
export const TRAVEL_FRAMES = 9;

/** Survivors that can be followed: entry by entry, a weight's place in its parameter and its two values. */
export interface Tracers {
  readonly index: Uint32Array;
  /** At the parent's last step. */
  readonly before: Float32Array;
  /** Where this level starts. */
  readonly after: Float32Array;
}

export interface LayerTransition {
  readonly parameter: string;
  /** Bins are equal parts of [−limit, limit]; weights beyond are counted in the outermost. */
  readonly limit: number;
  /** The smallest size |w| that stayed, where size decided; else null. */
  readonly threshold: number | null;
  /** The parent's final weights a bin: those cut, and those that stay. */
  readonly cut: Uint32Array;
  readonly survivors: Uint32Array;
  /** Where the cut weights would have started; with the last of `travel`, the parent's kept weights at the start. */
  readonly startOfCut: Uint32Array;
  /** The survivors at TRAVEL_FRAMES equal parts of the straight way from the parent's final weights to this level's start. */
  readonly travel: readonly Uint32Array[];
  readonly tracers: Tracers;
}

export interface Transition {
  /** The parent's mask, and what it loses. */
  readonly parent: Mask;
  readonly cut: Mask;
  /** One a prunable parameter, in canonical order. */
  readonly layers: readonly LayerTransition[];
}

/** Null at level 0, and for runs whose masks are not cut from the ticket before: those of some controls and methods. */
export function transitionOf(
  recipe: Recipe,
  model: Model,
  run: RunId,
  drawing: Drawing,
  ancestors: Ancestors | null,
  limits: Limits,
): Transition | null {
  if (ancestors === null || !isCut(recipe) || run.arm === 'random-mask' || run.arm === 'shuffled-mask') return null;
  const { mask: parent, final } = ancestors.parent;
  const { mask, start } = drawing;
  const cut = difference(parent, mask);
  const names = prunableParameters(model).map(({ name }) => name);
  const smallest = names.map((name) => smallestSize(final.parameters[name], mask[name]));
  const threshold = (layer: number): number | null => {
    if (!isCutBySize(recipe) || run.arm === 'inverted-mask') return null;
    return recipe.pruning.scope === 'global' ? Math.min(...smallest) : smallest[layer];
  };
  return {
    parent,
    cut,
    layers: names.map((name, layer) => {
      const limit = limits[name];
      const [before, after] = [final.parameters[name], start.parameters[name]];
      const travel = travelled(before, after, mask[name], limit);
      return {
        parameter: name,
        limit,
        threshold: threshold(layer),
        cut: bin(before, cut[name], limit),
        survivors: travel[0],
        startOfCut: bin(after, cut[name], limit),
        travel,
        tracers: tracersOf(run.seed, name, before, after, mask[name]),
      };
    }),
  };
}

/** Histograms of the level before its first step: everything is where it starts. */
export const atStart = ({ layers }: Transition): LayerHistogram[] =>
  layers.map(({ parameter, limit, travel }) => {
    const start = travel[travel.length - 1];
    return { parameter, limit, start, now: start, next: null, threshold: null };
  });

function smallestSize(weights: Float32Array, present: Bits): number {
  let smallest = Infinity;
  for (let index = 0; index < weights.length; index++) {
    if (getBit(present, index)) smallest = Math.min(smallest, Math.abs(weights[index]));
  }
  return smallest;
}

/** Where a weight is at a share (0..1) of its way; both ends are exact. */
export const onTheWay = (before: number, after: number, share: number): number => (share === 1 ? after : before + (after - before) * share);

function travelled(before: Float32Array, after: Float32Array, present: Bits, limit: number): Uint32Array[] {
  const frames = Array.from({ length: TRAVEL_FRAMES }, () => new Uint32Array(2 * BINS_PER_SIDE));
  for (let index = 0; index < before.length; index++) {
    if (!getBit(present, index)) continue;
    for (let frame = 0; frame < TRAVEL_FRAMES; frame++) {
      frames[frame][binOf(onTheWay(before[index], after[index], frame / (TRAVEL_FRAMES - 1)), limit)]++;
    }
  }
  return frames;
}

/** A fair sample of the present weights, from a stream of its own; all of them where they are few. In order of their places. */
function tracersOf(seed: number, name: string, before: Float32Array, after: Float32Array, present: Bits): Tracers {
  const count = countBits(present);
  const source = stream(seed, `tracers/${name}`);
  const ranks = new Set<number>();
  while (ranks.size < Math.min(TRACERS, count)) ranks.add(count <= TRACERS ? ranks.size : source.below(count));
  const places: number[] = [];
  for (let index = 0, rank = 0; index < present.size; index++) {
    if (!getBit(present, index)) continue;
    if (ranks.has(rank)) places.push(index);
    rank++;
  }
  const index = Uint32Array.from(places);
  return { index, before: Float32Array.from(index, (place) => before[place]), after: Float32Array.from(index, (place) => after[place]) };
}
