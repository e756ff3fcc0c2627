/** How long is left: from what runs took so far, and from the engine's own pace where nothing has finished yet. */
export interface Pace {
  /** Wall-clock milliseconds of the last finished runs, evaluations and loading of weights included, and the steps they trained. */
  readonly finishedMs: number;
  readonly finishedSteps: number;
  /** The engine's newest figure; 0 where it has none. */
  readonly stepsPerSecond: number;
}

/** Milliseconds a step takes, or null while nothing is known. */
export function msPerStep({ finishedMs, finishedSteps, stepsPerSecond }: Pace): number | null {
  if (finishedSteps > 0) return finishedMs / finishedSteps;
  return stepsPerSecond > 0 ? 1000 / stepsPerSecond : null;
}

/** Seconds until these steps are done, or null while nothing is known. */
export function secondsFor(steps: number, pace: Pace): number | null {
  const ms = msPerStep(pace);
  return ms === null ? null : (steps * ms) / 1000;
}
