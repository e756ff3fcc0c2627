/** What a run leaves behind, as the session file keeps it. A run is one training: a seed, an arm, a level. */
import type { EarlyBirdRecord } from './early-bird/settling.ts';
import type { Arm } from './recipe/schema.ts';
import type { EngineIdentity } from './trainer.ts';
import type { Metrics } from './tensors.ts';

export interface RunId {
  readonly seed: number;
  /** Level 0 is one run shared by all arms; its arm is `ticket`. */
  readonly arm: Arm;
  readonly level: number;
}

/** Metrics by split, e.g. `{ accuracy: { train, validation, test }, loss: { … } }`. */
export type SplitMetrics = Readonly<Record<string, Metrics>>;

/** The learning curve, one entry an evaluation; accuracies in 0..1. */
export interface Curve {
  /** Positions after which it was evaluated. */
  readonly step: number[];
  readonly trainLoss: number[];
  readonly validationLoss: number[];
  readonly validationAccuracy: number[];
  readonly testAccuracy: number[];
}

export interface RunResult extends RunId {
  /** Hash of what determines this run (recipe/identity.ts): equal keys, equal runs. */
  readonly key: string;
  readonly density: number;
  readonly layerDensity: readonly number[];
  readonly engine: EngineIdentity;
  readonly metrics: SplitMetrics;
  /**
   * Of the network as it was drawn, before any training, on the whole test split: an untrained ticket already tells more
   * than chance (Zhou et al. 2019, "supermasks"). Runs of older sessions have none.
   */
  readonly initial?: SplitMetrics;
  /** The step of minimum validation loss, with what the snapshot kept there scores on the whole test split. */
  readonly earlyStop: { readonly step: number; readonly metrics: SplitMetrics };
  readonly curve: Curve;
  readonly steps: number;
  readonly trainMs: number;
  /** SHA-256 of the final parameters and buffers (fingerprint.ts), lower-case hex. */
  readonly fingerprint: string;
  /** Of a dense network that was watched for an early-bird ticket: the masks drawn on the way, and when it stopped. */
  readonly earlyBird?: EarlyBirdRecord;
}
