/** What charts draw: lines of numbers with what they are called and how they look. */
import type { Arm } from '../../science/recipe/schema.ts';
import type { MeanPoint } from './curves.ts';

/** A line over levels. */
export interface LevelSeries {
  readonly id: string;
  /** Null: it stands for no arm. */
  readonly arm: Arm | null;
  /** Id of its branch. */
  readonly branch: string;
  /** Density (0..1) of every level of its branch. */
  readonly ladder: readonly number[];
  /**
   * Of a branch beside the one that is shown: the level at which it leaves the lines that are drawn anyway. Its line is
   * thin, its markers are open, and it stands for the mean. Null: of the branch that is shown.
   */
  readonly leaves: number | null;
  readonly name: string;
  /** CSS colour. */
  readonly colour: string;
  /** Path of the marker around (0, 0); null: none. */
  readonly marker: string | null;
  /** Over seeds, by level. */
  readonly points: readonly { readonly level: number; readonly mean: number; readonly min: number; readonly max: number }[];
  readonly seeds: readonly { readonly seed: number; readonly points: readonly { readonly level: number; readonly value: number }[] }[];
}

/** How seeds are drawn: their mean with whiskers, their mean with a band, or each by itself. */
export type Spread = 'whiskers' | 'band' | 'seeds';

/** A learning curve. */
export interface CurveSeries {
  readonly id: string;
  /** Null: the reference, which stands for no arm. */
  readonly arm: Arm | null;
  /** Null: a mean over seeds. */
  readonly seed: number | null;
  readonly name: string;
  readonly colour: string;
  readonly points: readonly MeanPoint[];
  readonly isLive: boolean;
  readonly isReference: boolean;
  /** Single seeds share a name, which one of them carries. */
  readonly isNamed: boolean;
}
