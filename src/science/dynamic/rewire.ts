/**
 * One update of a sparse network's connections while it trains: of every layer as many weights are dropped as are grown,
 * so that its count never changes. When, how many, which: three pure functions.
 */
import { cos, PI } from '../../numerics/elementary.ts';
import { stream, type Stream } from '../../numerics/streams.ts';
import { bitsWhere, countBits, getBit, type Bits } from '../mask.ts';
import { keepTop } from '../prune/top.ts';
import type { Recipe } from '../recipe/schema.ts';

export type Settings = Extract<Recipe['method'], { type: 'set' | 'rigl' }>;

/** The position from which connections stay as they are: `until` × steps, rounded half up. */
export const lastUpdate = ({ until }: Settings, steps: number): number => Math.floor(until * steps + 0.5);

/** Whether connections change before the step at `position`: at every, 2 every, … below `lastUpdate`; never before any step. */
export const isUpdate = (settings: Settings, steps: number, position: number): boolean =>
  position > 0 && position % settings.every === 0 && position < lastUpdate(settings, steps);

/** The next such position after this one, or `steps` where there is none. */
export function nextUpdate(settings: Settings, steps: number, position: number): number {
  const next = (Math.floor(position / settings.every) + 1) * settings.every;
  return isUpdate(settings, steps, next) ? next : steps;
}

/**
 * Share (0..1) of a layer's weights that is dropped at a position. SET: always ζ (Mocanu et al. 2018). RigL: half a
 * cosine from α down to 0 at the last update, α/2 (1 + cos(πt/T_end)) (Evci et al. 2020, §3).
 */
export function dropShare(settings: Settings, steps: number, position: number): number {
  if (settings.type === 'set') return settings.share;
  return (settings.share / 2) * (1 + cos((PI * position) / lastUpdate(settings, steps)));
}

export interface Layer {
  readonly present: Bits;
  readonly weights: Float32Array;
}

/**
 * What is left of a layer once the round-half-up(share × kept) weights of smallest size |w| are dropped; ties are drawn.
 * A layer that keeps everything has nothing to grow and is left alone.
 */
export function afterDrop({ present, weights }: Layer, share: number, ties: Stream): Bits {
  const count = countBits(present);
  if (count === present.size) return present;
  return keepTop([{ scores: weights.map(Math.abs), present }], count - Math.floor(share * count + 0.5), ties)[0];
}

/**
 * The layer with the `count` absent weights of highest score added. Those just dropped are among them, as in both
 * papers. One that grows again has lost its value and its moments like any other; the public code of RigL keeps them.
 */
export function afterGrowth(left: Bits, scores: Float32Array, count: number, ties: Stream): Bits {
  const absent = bitsWhere(left.size, (index) => !getBit(left, index));
  const grown = keepTop([{ scores, present: absent }], count, ties)[0];
  return { size: left.size, bytes: left.bytes.map((byte, at) => byte | grown.bytes[at]) };
}

/** Scores by which SET grows: uniform, of a stream that a position of a seed has for itself. 24 bits fit a float32 exactly. */
export function randomGrowth(size: number, seed: number, streamName: string): Float32Array {
  const source = stream(seed, streamName);
  return Float32Array.from({ length: size }, () => source.bits32() >>> 8);
}
