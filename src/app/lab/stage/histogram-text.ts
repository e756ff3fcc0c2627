/** What a histogram shows, in words. */
import { m } from '../../../paraglide/messages.js';
import type { LayerHistogram } from '../../../science/analysis/histogram.ts';
import { fixed, integer } from '../../format.ts';
import type { LayerMotion } from '../../motion/bars.ts';

export const total = (bins: Uint32Array): number => bins.reduce((sum, count) => sum + count, 0);

export function histogramText(layer: string, histogram: LayerHistogram | null, motion: LayerMotion | null): string {
  if (motion !== null) {
    const { survivors, cut } = motion.transition;
    const kept = integer(total(survivors));
    return motion.frame.phase === 'prune'
      ? m.motion_histogram_prune({ layer, cut: integer(total(cut)), kept })
      : m.motion_histogram_rewind({ layer, kept });
  }
  if (histogram === null) return m.app_histogram_none({ layer });
  const { now, next, threshold } = histogram;
  const half = now.length / 2;
  const words = m.app_histogram_label({
    layer,
    count: integer(total(now)),
    negative: integer(total(now.subarray(0, half))),
    positive: integer(total(now.subarray(half))),
  });
  if (next === null) return words;
  const count = integer(total(next));
  // Where everything goes, no size parts it from what stays.
  return threshold === null || threshold === Infinity
    ? m.motion_histogram_cut({ histogram: words, count })
    : m.motion_histogram_cut_below({ histogram: words, count, size: fixed(threshold, 3) });
}
