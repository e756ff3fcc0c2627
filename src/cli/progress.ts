/** One line that says what is being trained and how long it will take; where there is no terminal, a line a run. */
import { m } from '../paraglide/messages.js';
import type { Mark } from '../science/divergence.ts';
import { stepsOf } from '../science/draw.ts';
import type { Plan } from '../science/plan.ts';
import type { RunId, RunResult } from '../science/result.ts';
import type { EngineIdentity } from '../science/trainer.ts';
import type { WorkerEvent } from '../worker/protocol.ts';

const REDRAW_MS = 200;

const nameOf = ({ seed, arm, level }: RunId): string => `${seed}/${arm}/${level}`;

export class ProgressLine {
  /** Steps of all runs that are wanted, or trained for the sake of those. */
  private total = 0;
  private readonly counted = new Set<string>();
  /** Steps of runs that the notebook had. */
  private found = 0;
  private readonly steps = new Map<string, number>();
  private readonly began = performance.now();
  private drawn = 0;

  constructor(private readonly plan: Plan) {}

  /** These are to be trained, or found in the notebook. */
  opened({ name, backend }: EngineIdentity, wanted: readonly RunId[]): void {
    for (const run of wanted) this.count(run);
    this.line(m.cli_engine({ engine: backend === null ? name : `${name}-${backend}` }));
  }

  hear(event: WorkerEvent): void {
    if (event.type === 'loading') this.redraw(m.cli_loading({ megabytes: (event.loadedBytes / 1e6).toFixed(1) }));
    if (event.type !== 'progress') return;
    this.count(event.run);
    this.steps.set(nameOf(event.run), event.position - (event.end - stepsOf(this.plan, event.run)));
    this.redraw(this.text(event.run));
  }

  finished(run: RunResult): void {
    this.count(run);
    if (!this.steps.has(nameOf(run))) this.found += run.steps;
    else this.steps.set(nameOf(run), run.steps);
    // A run that stopped early leaves less to do.
    this.total += run.steps - stepsOf(this.plan, run);
    if (process.stderr.isTTY) this.redraw(this.text(run));
    else
      this.line(
        m.cli_finished({
          seed: run.seed,
          arm: run.arm,
          level: run.level,
          kept: percent(run.density),
          accuracy: percent(run.metrics.accuracy.test),
        }),
      );
  }

  /** A run that diverged leaves what grows from it undone, too. */
  diverged({ seed, arm, level, step }: Mark): void {
    this.line(m.cli_diverged({ seed, arm, level, step }));
  }

  line(text: string): void {
    process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}${text}\n`);
  }

  /** A ticket that is not wanted is trained too if what is wanted grows from it. */
  private count(run: RunId): void {
    if (this.counted.has(nameOf(run))) return;
    this.counted.add(nameOf(run));
    this.total += stepsOf(this.plan, run);
  }

  private text({ seed, arm, level }: RunId): string {
    const trained = [...this.steps.values()].reduce((sum, steps) => sum + steps, 0);
    const share = (trained + this.found) / this.total;
    const elapsed = (performance.now() - this.began) / 1000;
    const left = trained === 0 ? 0 : (elapsed / trained) * (this.total - this.found - trained);
    return m.cli_progress({ percent: percent(share), level, arm, seed, left: duration(left) });
  }

  private redraw(text: string): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.drawn < REDRAW_MS) return;
    this.drawn = now;
    process.stderr.write(`\r\u001b[K${text}`);
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
