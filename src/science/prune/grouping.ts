/** What it takes to prune by structure: which weights go together, and how many of such groups a level leaves. */
import type { Model } from '../../models/model.ts';
import type { Stream } from '../../numerics/streams.ts';
import type { Mask } from '../mask.ts';
import type { Plan } from '../plan.ts';
import type { Tensors } from '../tensors.ts';

/** Where scores are cut, and where ties are drawn from. */
export interface Round {
  readonly plan: Plan;
  readonly model: Model;
  readonly level: number;
  readonly from: Mask;
  readonly scores: Tensors;
  readonly ties: (name: string) => Stream;
}

/** One way in which weights go together. */
export interface Grouping {
  readonly paper: string;
  readonly formula: string;
  /** The mask of a level, cut from the mask of the level it comes from. */
  cut(round: Round): Mask;
  /** The mask with what goes together in a new random order, each layer keeping its count. */
  shuffle(model: Model, mask: Mask, source: (name: string) => Stream, blockSize: number): Mask;
}
