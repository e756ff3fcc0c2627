/**
 * What crosses the boundary between the page (or the command line) and a worker that trains.
 * Importing this loads no engine.
 */
import type { EngineId } from '../engines/choose.ts';
import type { LayerHistogram } from '../science/analysis/histogram.ts';
import type { Transition } from '../science/analysis/transition.ts';
import type { EarlyBirdRecord } from '../science/early-bird/settling.ts';
import type { RunRequest } from '../science/experiment.ts';
import type { Mask } from '../science/mask.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { RunId } from '../science/result.ts';
import type { CurvePoint, RunOutcome } from '../science/run.ts';
import type { Tensors } from '../science/tensors.ts';
import type { EngineIdentity } from '../science/trainer.ts';
import type { TempoSetting } from './tempo.ts';

/** `auto` takes the fastest; the rest are the user's choice. */
export const engineChoices = [
  'auto',
  'sparse',
  'webgpu',
  'webgpu-f16',
  'tfjs-webgpu',
  'tfjs-webgl',
  'tfjs-wasm',
  'tfjs-cpu',
] as const satisfies readonly ('auto' | EngineId)[];
export type EngineChoice = (typeof engineChoices)[number];

export interface Setup {
  readonly recipe: Recipe;
  readonly engine: EngineChoice;
  /** Workers that there may be; one where it is left out. */
  readonly workers?: number;
}

export type WorkerEvent =
  | { readonly type: 'loading'; readonly loadedBytes: number; readonly totalBytes: number }
  /** The mask is drawn and training begins. */
  | {
      readonly type: 'drawn';
      readonly run: RunId;
      readonly mask: Mask;
      /** Share of the prunable weights kept, 0..1. */
      readonly density: number;
      readonly position: number;
      readonly end: number;
      /** How it came out of its parent; null where its mask is not cut from one. */
      readonly transition: Transition | null;
    }
  /** The newest state, at most one in 50 ms; `trainLoss` is the mean batch loss since the last. */
  | {
      readonly type: 'progress';
      readonly run: RunId;
      readonly position: number;
      readonly end: number;
      readonly trainLoss: number;
      readonly stepsPerSecond: number;
    }
  /** A graphics processor was lost: the run begins again, on the engine that is told from here on. */
  | { readonly type: 'restarted'; readonly run: RunId; readonly prepared: Prepared; readonly message: string }
  /** How far a run is that is trained for the sake of the mask that is taken from it. */
  | { readonly type: 'source'; readonly run: RunId; readonly position: number; readonly end: number; readonly stepsPerSecond: number }
  | { readonly type: 'evaluated'; readonly run: RunId; readonly point: CurvePoint }
  /** Binned where the weights are, at most once in 120 ms, and once more at the end of the run: then with what is cut next. */
  | {
      readonly type: 'weights';
      readonly run: RunId;
      readonly position: number;
      readonly layers: readonly LayerHistogram[];
      readonly next: Mask | null;
      /** All of them where the network is small (`isSmall`), so that views can ask it; else null. */
      readonly parameters: Tensors | null;
      /** The mask as it stands where it is learned; null where it stays as it was drawn. */
      readonly mask: Mask | null;
      /** The masks to come, where the network is watched for an early-bird ticket; else null. */
      readonly earlyBird: EarlyBirdRecord | null;
    };

export type Listener = (event: WorkerEvent) => void;

/** What `prepare` settled: the engine that trains and what it is. */
export interface Prepared {
  readonly id: EngineId;
  readonly engine: EngineIdentity;
  /** Workers of that engine that gain from training at once, among those that there may be. */
  readonly workers: number;
  /** Runs that each takes at once. */
  readonly seats: number;
  /** The graphics card that trains, as it calls itself, where one does. */
  readonly adapter?: string;
}

/** The worker's service, as Comlink exposes it. */
export interface LabWorker {
  /** Opens the recipe's data and an engine for it; rejects with a `LabError` where that cannot be. Called again for another recipe. */
  prepare(setup: Setup, listener: Listener): Promise<Prepared>;
  /** Several may be under way, and are trained side by side where the engine gains from that; further ones wait. */
  run(request: RunRequest): Promise<RunOutcome>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** For the runs in progress and those to come. An allowance takes effect on the next `resume`. */
  setTempo(setting: TempoSetting): Promise<void>;
  /** The runs in progress reject with `Cancelled`. */
  cancel(): Promise<void>;
}
