/** What an ordeal counts. */
import type { Stream } from '../../src/numerics/streams.ts';

export interface Tally {
  readonly kills: number;
  /** Runs that were told as finished, or were kept, and are no more. */
  readonly lost: number;
  /** Runs that came out differently from those that nobody disturbed. */
  readonly wrong: number;
  /** Sessions and outcomes that do not open. */
  readonly unopenable: number;
}

/** Kills something so many times, at moments that the stream draws, and looks at what is left after each: `say` hears of it. */
export type Ordeal = (kills: number, random: Stream, say: (soFar: Tally) => void) => Promise<Tally>;
