/**
 * How a level comes out of the one it is cut from: the parent's final weights, what is cut of them, and the way of the
 * survivors to the weights they start from again. Binned where the weights are; a few survivors can be followed singly.
 *
 * Mask controls have no trajectory of their own to be cut from, so theirs is told by what made the mask. A random mask is
 * what its own mask before loses, shown on the weights that were trained under that. A shuffled mask is the ticket's cut,
 * after which the kept places change: its survivors are on their way to the start weights of other places.
 */
import type { Model } from '../../models/model.ts';
import { isSmall, prunableParameters } from '../../models/model.ts';
import { stream } from '../../numerics/streams.ts';
import { shuffledPlaces, type Ancestors, type Drawing } from '../draw.ts';
import { bitsWhere, countBits, getBit, type Bits, type Mask } from '../mask.ts';
import { isCut } from '../recipe/method.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { RunId } from '../result.ts';
import type { Snapshot, Tensors } from '../tensors.ts';
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
  /**
   * Where the cut weights would have started; with the last of `travel`, the parent's kept weights at the start (of a
   * shuffled mask, as many).
   */
  readonly startOfCut: Uint32Array;
  /** The survivors at TRAVEL_FRAMES equal parts of the straight way from the parent's final weights to this level's start. */
  readonly travel: readonly Uint32Array[];
  readonly tracers: Tracers;
}

export interface Transition {
  /** The parent's mask, what it loses, and what that leaves: what the level keeps, unless it is shuffled after the cut. */
  readonly parent: Mask;
  readonly cut: Mask;
  readonly kept: Mask;
  /**
   * All weights that the level starts from, and those that the way there begins with, in the places the level keeps;
   * null where the network is too large to be drawn whole.
   */
  readonly start: Tensors | null;
  readonly lifted: Tensors | null;
  /** One a prunable parameter, in canonical order. */
  readonly layers: readonly LayerTransition[];
}

/** The network that a run's mask is cut from. */
export interface Origin {
  readonly mask: Mask;
  readonly final: Snapshot;
}

/**
 * The network that a run's mask is cut from; null at level 0, and where that is not known: a random mask's is the run of
 * its arm on the level before, which nobody trains by.
 */
export function originOf({ arm }: RunId, ancestors: Ancestors | null, before: Origin | null): Origin | null {
  if (ancestors === null || arm !== 'random-mask') return ancestors?.parent ?? null;
  return before;
}

export function transitionOf(
  recipe: Recipe,
  model: Model,
  run: RunId,
  drawing: Drawing,
  origin: Origin | null,
  limits: Limits,
): Transition | null {
  if (origin === null || !isCut(recipe)) return null;
  // Where whole units move, or the order is another seed's, single weights have no way to be shown on.
  if (run.arm === 'shuffled-mask' && (recipe.pruning.structure !== 'weights' || recipe.transfer !== null)) return null;
  const { mask: parent, final } = origin;
  const { mask, start } = drawing;
  const names = prunableParameters(model).map(({ name }) => name);
  const places = run.arm === 'shuffled-mask' ? names.map((name) => shuffledPlaces(run, name, mask[name].size)) : null;
  const kept = places === null ? mask : Object.fromEntries(names.map((name, at) => [name, putBack(mask[name], places[at])]));
  const lifted = places === null ? final.parameters : movedBy(final.parameters, names, places);
  const cut = difference(parent, kept);
  const smallest = names.map((name) => smallestSize(final.parameters[name], kept[name]));
  const threshold = (layer: number): number | null => {
    if (!isCutBySize(recipe) || run.arm === 'inverted-mask' || run.arm === 'random-mask') return null;
    return recipe.pruning.scope === 'global' ? Math.min(...smallest) : smallest[layer];
  };
  return {
    parent,
    cut,
    kept,
    start: isSmall(model) ? start.parameters : null,
    lifted: isSmall(model) ? lifted : null,
    layers: names.map((name, layer) => {
      const limit = limits[name];
      const [before, after] = [lifted[name], start.parameters[name]];
      const travel = travelled(before, after, mask[name], limit);
      return {
        parameter: name,
        limit,
        threshold: threshold(layer),
        cut: bin(final.parameters[name], cut[name], limit),
        survivors: travel[0],
        startOfCut: bin(after, cut[name], limit),
        travel,
        tracers: tracersOf(run.seed, name, before, after, mask[name]),
      };
    }),
  };
}

/** The mask whose bits these places took. */
function putBack(bits: Bits, places: Uint32Array): Bits {
  const from = new Uint8Array(bits.size);
  places.forEach((place, index) => (from[place] = getBit(bits, index) ? 1 : 0));
  return bitsWhere(bits.size, (index) => from[index] === 1);
}

/** The weights in the order that the places took; what is not prunable stays. */
const movedBy = (weights: Tensors, names: readonly string[], places: readonly Uint32Array[]): Tensors => ({
  ...weights,
  ...Object.fromEntries(names.map((name, at) => [name, Float32Array.from(places[at], (place) => weights[name][place])])),
});

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
