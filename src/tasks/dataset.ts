/** What is known of a data set before any of it is loaded. */
import type { Shape } from '../models/model.ts';

/** A packed file of a shipped set, as datasets/manifest.json lists it. */
export interface DataFile {
  /** Relative to datasets/. */
  readonly path: string;
  /** Size and SHA-256 (hex) of the file as served. */
  readonly bytes: number;
  readonly sha256: string;
  readonly count: number;
}

/** A value becomes (value ÷ scale − mean[channel]) ÷ deviation[channel]; a recipe that does not normalise stops at ÷ scale. */
export interface Normalisation {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

export interface Dataset {
  /** What recipes call it. */
  readonly name: string;
  readonly title: string;
  readonly input: Shape;
  readonly classes: number;
  readonly classNames: readonly string[];
  /** Examples 0..pool−1: training and validation come from them, and test where the set has no test examples of its own. */
  readonly pool: number;
  /** The set's own test examples, numbered from `pool` on; 0 where it has none. */
  readonly test: number;
  /** 1: inputs stay bytes; 4: float32. */
  readonly bytesPerValue: number;
  /** Whether the byte 0 is the background that a good part of most images is. */
  readonly isOnBlack?: boolean;
  readonly normalisation: Normalisation;
  readonly licence: string;
  /** Whom to thank; shown beside the data. */
  readonly credit: string;
  /** In order of example numbers; none where the set is generated. */
  readonly files: { readonly pool: readonly DataFile[]; readonly test: readonly DataFile[] };
}
