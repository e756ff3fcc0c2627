/** How fast a run goes: as fast as it can, at most so many steps a second, or so many steps and then a pause. */
import type { Pace } from '../engines/pace.ts';

/** What was asked of a worker; runs that begin later go by it, too. */
export interface TempoSetting {
  /** Steps a second; Infinity: as many as the engine can. */
  readonly stepsPerSecond: number;
  /** Steps that each run may train before it pauses; Infinity: all of them. */
  readonly allowance: number;
}

export const atFullSpeed: TempoSetting = { stepsPerSecond: Infinity, allowance: Infinity };

/** Longest nap: a stop must be heard. */
const NAP_MS = 20;

export class Tempo {
  private left: number;
  private stepsPerSecond: number;
  /** When the steps done so far are due to have been done. */
  private dueAt = performance.now();

  constructor(
    private readonly pace: Pace,
    setting: TempoSetting,
  ) {
    this.stepsPerSecond = setting.stepsPerSecond;
    this.left = setting.allowance;
    if (this.left <= 0) pace.pause();
  }

  set(setting: TempoSetting): void {
    this.stepsPerSecond = setting.stepsPerSecond;
    this.left = setting.allowance;
    this.dueAt = performance.now();
  }

  /** How many steps to train now, at most `wanted` (1 or more). Waits for its time, and while paused. */
  async turn(wanted: number): Promise<number> {
    while (performance.now() < this.dueAt) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(NAP_MS, this.dueAt - performance.now())));
      await this.pace.breathe();
    }
    await this.pace.breathe();
    const steps = Math.max(1, Math.min(wanted, this.left, Math.floor((this.stepsPerSecond * NAP_MS) / 1000)));
    // Time that was not used is not made up for.
    this.dueAt = Math.max(this.dueAt, performance.now()) + (1000 * steps) / this.stepsPerSecond;
    return steps;
  }

  /** Steps were trained: once the allowance is used up, the run pauses. */
  trained(steps: number): void {
    this.left -= steps;
    if (this.left <= 0) this.pace.pause();
  }

  /** Whether the run holds after so many steps: a viewer wants to see where it stands. */
  get isHolding(): boolean {
    return this.left <= 0;
  }
}
