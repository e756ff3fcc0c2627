/** Axes that fit what they show. */
import { ticks as niceTicks, tickStep } from 'd3';

/**
 * Numbers of one range to those of another, both given by their ends; all to the middle where the first has no length. It is
 * all that is asked of d3's scales, which bring dates and colours along.
 */
export const linear =
  ([from, to]: readonly [number, number], [start, end]: readonly [number, number]) =>
  (value: number): number =>
    start + (end - start) * (to === from ? 0.5 : (value - from) / (to - from));

export interface Axis {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  /** Decimals that tell the ticks apart. */
  readonly decimals: number;
}

/**
 * An axis over all values, with room above and below, whose ends are ticks. `least` is the smallest span it shows; where
 * nothing is negative, nothing below 0 is shown.
 */
export function fit(values: readonly number[], count: number, least: number): Axis {
  const finite = values.filter(Number.isFinite);
  const low = finite.length === 0 ? 0 : Math.min(...finite);
  const high = finite.length === 0 ? 1 : Math.max(...finite);
  const room = Math.max(0, least - (high - low)) / 2;
  const from = low >= 0 ? Math.max(0, low - room) : low - room;
  const to = Math.max(high + room, from + least);
  const step = tickStep(from, to, count);
  const domain = [Math.floor(from / step) * step, Math.ceil(to / step) * step] as const;
  const ticks = niceTicks(domain[0], domain[1], count).filter((tick) => tick >= domain[0] - 1e-12 && tick <= domain[1] + 1e-12);
  return { domain, ticks, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

/** Pixels left of a plot for what stands at its ticks: as much as most axes take, so that charts below one another align. */
export const axisRoom = (texts: readonly string[]): number => 40 + 7 * Math.max(0, Math.max(0, ...texts.map(({ length }) => length)) - 5);

/** Where densities stand on a logarithmic axis, the fullest first. */
export interface KeptScale {
  readonly at: (density: number) => number;
  /** Where the axis is broken: what keeps nothing has no place on it and stands beyond. Null where everything keeps something. */
  readonly breakAt: number | null;
}

/** `densities` (0..1) are all that will be placed; `beyond`: pixels between the sparsest and what keeps nothing. */
export function keptScale(densities: readonly number[], [from, to]: readonly [number, number], beyond: number): KeptScale {
  const some = densities.filter((density) => density > 0);
  const hasNone = some.length < densities.length;
  const [fullest, sparsest] = some.length === 0 ? [1, 1] : [Math.max(...some), Math.min(...some)];
  const end = hasNone ? to - beyond : to;
  const scale = linear([Math.log(fullest), Math.log(sparsest === fullest ? fullest / 2 : sparsest)], [from, end]);
  return { at: (density) => (density > 0 ? scale(Math.log(density)) : to), breakAt: hasNone ? (end + to) / 2 : null };
}
