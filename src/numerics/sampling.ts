/** Random variates from a stream, by our own elementary functions and so the same on every machine. */
import { cos, log, PI } from './elementary.ts';
import type { Stream } from './streams.ts';

/** One standard normal variate (Box & Muller 1958). */
export function normal(source: Stream): number {
  const radius = Math.sqrt(-2 * log(1 - source.uniform()));
  return radius * cos(2 * PI * source.uniform());
}

/** One uniform variate in [−limit, limit). */
export const symmetric = (source: Stream, limit: number): number => limit * (2 * source.uniform() - 1);
