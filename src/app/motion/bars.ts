/** What a histogram shows, at rest and in motion, as numbers that can be eased. */
import type { LayerHistogram } from '../../science/analysis/histogram.ts';
import type { LayerTransition } from '../../science/analysis/transition.ts';
import type { Frame } from './timeline.ts';

/** A layer on its way into a level. */
export interface LayerMotion {
  readonly transition: LayerTransition;
  readonly frame: Frame;
}

/** Weights a bin; not whole numbers while they move. */
export interface Bars {
  readonly limit: number;
  /** Where training starts. */
  readonly start: Float64Array;
  /** Those that stay, and those that are being cut or would be cut next. */
  readonly stay: Float64Array;
  readonly cut: Float64Array;
  /** The size under which weights are cut; 0 where none is. */
  readonly threshold: number;
  /** Weights a bin that fill the height. */
  readonly most: number;
}

type Counts = ArrayLike<number>;

const mapped = (counts: Counts, of: (bin: number) => number): Float64Array => Float64Array.from(counts, (_, bin) => of(bin));
const mix = (from: Counts, to: Counts, share: number): Float64Array => mapped(from, (bin) => from[bin] + (to[bin] - from[bin]) * share);
const sum = (one: Counts, other: Counts): Float64Array => mapped(one, (bin) => one[bin] + other[bin]);

/** The tallest of some bins. */
const tallest = (...all: readonly Counts[]): number => Math.max(1, ...all.flatMap((counts) => Array.from(counts)));

/** Where a threshold is drawn; 0, nowhere, also where everything goes. */
const lineAt = (threshold: number | null): number => (threshold === null || threshold === Infinity ? 0 : threshold);

export function atRest({ limit, start, now, next, threshold }: LayerHistogram): Bars {
  const cut = mapped(next ?? new Uint32Array(now.length), (bin) => next?.[bin] ?? 0);
  return {
    limit,
    start: Float64Array.from(start),
    stay: mapped(now, (bin) => now[bin] - cut[bin]),
    cut,
    threshold: next === null ? 0 : lineAt(threshold),
    most: tallest(start, now),
  };
}

/** The height stays what it is throughout: bars fall and travel, they are not stretched. */
export function inMotion({ transition, frame }: LayerMotion): Bars {
  const { limit, cut, survivors, startOfCut, travel, threshold } = transition;
  const home = travel[travel.length - 1];
  const most = tallest(sum(cut, survivors), sum(startOfCut, home), ...travel);
  if (frame.phase === 'prune') {
    const start = mix(sum(startOfCut, home), home, frame.fall);
    return { limit, start, stay: Float64Array.from(survivors), cut: Float64Array.from(cut), threshold: lineAt(threshold), most };
  }
  const place = frame.travel * (travel.length - 1);
  const before = Math.min(travel.length - 2, Math.floor(place));
  const stay = mix(travel[before], travel[before + 1], place - before);
  return { limit, start: Float64Array.from(home), stay, cut: new Float64Array(stay.length), threshold: 0, most };
}

/** Between two states of the same bins. */
export function between(from: Bars, to: Bars, share: number): Bars {
  return {
    limit: to.limit,
    start: mix(from.start, to.start, share),
    stay: mix(from.stay, to.stay, share),
    cut: mix(from.cut, to.cut, share),
    threshold: from.threshold + (to.threshold - from.threshold) * share,
    most: from.most + (to.most - from.most) * share,
  };
}
