/** What an analysis that trains or measures works on: one run's network, its data and a trainer that is its alone. */
import type { Model } from '../../models/model.ts';
import type { Batches, Split } from '../../tasks/task.ts';
import type { Drawing } from '../draw.ts';
import type { RunId } from '../result.ts';
import type { Snapshot } from '../tensors.ts';
import type { Control, Trainer } from '../trainer.ts';

export interface AnalysisBench {
  readonly trainer: Trainer;
  readonly control: Control;
  /** Hears the share that is done, 0..1. */
  readonly progress: (share: number) => void;
  readonly model: Model;
  readonly run: RunId;
  /** Training steps T of the recipe. */
  readonly steps: number;
  readonly drawing: Drawing;
  readonly split: Split;
  /** The seed's batches in the order of a named stream; `order` is what runs train by. */
  readonly batches: (streamName: string) => Batches;
  /** Weights of the run at its last step. */
  readonly final: Snapshot;
  /** Weights of the run at other steps, as far as they were kept. */
  readonly kept: Readonly<Record<number, Snapshot>>;
}

/** Fixed training examples behind training losses: the first of the split, at most. */
export const LOSS_EXAMPLES = 1_000;

export const lossExamples = ({ split }: AnalysisBench): Uint32Array => split.train.subarray(0, LOSS_EXAMPLES);
