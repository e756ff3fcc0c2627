/**
 * What crosses the boundary between the page (or the command line) and a worker that trains.
 * Types only: importing this loads nothing.
 */
import type { LayerHistogram } from '../science/analysis/histogram.ts';
import type { RunRequest } from '../science/experiment.ts';
import type { Mask } from '../science/mask.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { RunId } from '../science/result.ts';
import type { CurvePoint, RunOutcome } from '../science/run.ts';
import type { EngineIdentity } from '../science/trainer.ts';

/** `auto` probes; the rest are the user's choice. */
export const engineChoices = ['auto', 'sparse', 'tfjs-webgpu', 'tfjs-webgl', 'tfjs-wasm', 'tfjs-cpu'] as const;
export type EngineChoice = (typeof engineChoices)[number];

export interface Setup {
  readonly recipe: Recipe;
  readonly engine: EngineChoice;
}

export type WorkerEvent =
  | { readonly type: 'loading'; readonly loadedBytes: number; readonly totalBytes: number }
  /** The mask is drawn and training begins. */
  | { readonly type: 'drawn'; readonly run: RunId; readonly mask: Mask; readonly density: number; readonly position: number; readonly end: number }
  /** The newest state; earlier ones that the page had no time for are dropped, at most one in 50 ms is sent. */
  | { readonly type: 'progress'; readonly run: RunId; readonly position: number; readonly end: number; readonly trainLoss: number; readonly stepsPerSecond: number }
  | { readonly type: 'evaluated'; readonly run: RunId; readonly point: CurvePoint }
  | { readonly type: 'weights'; readonly run: RunId; readonly position: number; readonly layers: readonly LayerHistogram[] };

export type Listener = (event: WorkerEvent) => void;

/** The worker's service, as Comlink exposes it. */
export interface LabWorker {
  /** Opens the recipe's data and an engine for it; rejects with a `LabError` where that cannot be. Called again for another recipe. */
  prepare(setup: Setup, listener: Listener): Promise<EngineIdentity>;
  run(request: RunRequest): Promise<RunOutcome>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The run in progress rejects with `Cancelled`. */
  cancel(): Promise<void>;
}
