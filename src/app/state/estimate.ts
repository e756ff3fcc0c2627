/** How long is left: from what runs took so far, and from the engine's own pace where nothing has finished yet. */
export interface Pace {
  /** Wall-clock milliseconds of the last finished runs, evaluations and loading of weights included, and the steps they trained. */
  readonly finishedMs: number;
  readonly finishedSteps: number;
  /** The engine's newest figure; 0 where it has none. */
  readonly stepsPerSecond: number;
}

/** A run that has ended: milliseconds since the one before it did, and how many trained until then, itself included. */
export interface Ended {
  readonly ms: number;
  readonly steps: number;
  readonly together: number;
}

/** How many finished runs the pace is taken from where one trains at a time. */
const PACE_RUNS = 6;

/**
 * The last ones, in whole batches: runs side by side end at about the same time, so that all of a batch's time is before
 * the first of them.
 */
export function newest(ended: readonly Ended[]): readonly Ended[] {
  const batch = Math.max(...ended.map(({ together }) => together));
  return ended.slice(-batch * Math.ceil(PACE_RUNS / batch));
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
