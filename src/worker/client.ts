/** The page's side of the boundary. */
import type { Laboratory } from '../science/experiment.ts';
import type { EngineIdentity } from '../science/trainer.ts';
import type { Listener, Setup } from './protocol.ts';
import type { TempoSetting } from './tempo.ts';

export interface LabClient extends Laboratory {
  readonly engine: EngineIdentity;
  /** The graphics card that trains, as it calls itself, where one does. */
  readonly adapter?: string;
  pause(): void;
  resume(): void;
  /** How fast runs go from here on; an allowance takes effect on the next `resume`. */
  setTempo(setting: TempoSetting): void;
  /** Every run under way rejects with `Cancelled`. */
  cancel(): void;
  /** Ends the workers and frees their memory. */
  dispose(): void;
}

/** Prepares workers for a recipe. Rejects with a `LabError` that says why it cannot run here. */
export type OpenLab = (setup: Setup, listener: Listener) => Promise<LabClient>;
