/**
 * What the worker tells of the runs in progress, folded into one picture a frame: events are gathered as they come and
 * shown when the page next draws. Training never waits for that.
 */
import type { LayerHistogram } from '../../science/analysis/histogram.ts';
import { atStart, type Transition } from '../../science/analysis/transition.ts';
import type { EarlyBirdRecord } from '../../science/early-bird/settling.ts';
import { density, type Mask } from '../../science/mask.ts';
import type { RunId } from '../../science/result.ts';
import type { CurvePoint } from '../../science/run.ts';
import type { Tensors } from '../../science/tensors.ts';
import type { WorkerEvent } from '../../worker/protocol.ts';

export interface LiveRun {
  readonly run: RunId;
  readonly mask: Mask;
  readonly density: number;
  /** First position trained; `position` is the next; `end` the one after the last. */
  readonly start: number;
  readonly position: number;
  readonly end: number;
  readonly trainLoss: number;
  /** 0 until the worker has told. */
  readonly stepsPerSecond: number;
  readonly points: readonly CurvePoint[];
  readonly histograms: readonly LayerHistogram[] | null;
  /** How it came out of its parent; null where its mask is not cut from one. */
  readonly transition: Transition | null;
  /** What the next level cuts: known at the end of the run. */
  readonly next: Mask | null;
  /** The newest ones of a small network; null where it is large, or nothing was told yet. */
  readonly parameters: Tensors | null;
  /** The masks to come, of a dense network that is watched for an early-bird ticket; null for others. */
  readonly earlyBird: EarlyBirdRecord | null;
}

/** A run that a ticket is transferred from. */
export type LiveSource = Pick<LiveRun, 'run' | 'position' | 'end' | 'stepsPerSecond'>;

export interface Loading {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** Runs `draw` once, soon. */
export type Schedule = (draw: () => void) => void;

/** The next frame, or soon where a hidden page has no frames. */
export const nextFrame: Schedule = (draw) => {
  if (document.hidden) setTimeout(draw, 250);
  else requestAnimationFrame(draw);
};

export const runName = ({ seed, arm, level }: RunId): string => `${seed}/${arm}/${level}`;

export class Live {
  loading = $state.raw<Loading | null>(null);
  /** Runs in progress, in the order they began. */
  runs = $state.raw<readonly LiveRun[]>([]);
  /** Those whose training began in the newest frame. */
  begun = $state.raw<readonly LiveRun[]>([]);
  /** Runs in progress whose masks are all that is wanted of them. */
  sources = $state.raw<readonly LiveSource[]>([]);
  /** Of all workers together; 0 while nothing is known. */
  readonly stepsPerSecond: number = $derived([...this.runs, ...this.sources].reduce((sum, live) => sum + live.stepsPerSecond, 0));

  private pending: WorkerEvent[] = [];
  private scheduled = false;

  constructor(private readonly schedule: Schedule) {}

  hear(event: WorkerEvent): void {
    this.pending.push(event);
    if (this.scheduled) return;
    this.scheduled = true;
    this.schedule(() => this.flush());
  }

  /** Shows everything heard so far; a run's curve must be whole before its result takes its place. */
  flush(): void {
    this.scheduled = false;
    const events = this.pending;
    this.pending = [];
    if (events.length === 0) return;
    const begun: string[] = [];
    const sources = new Map(this.sources.map((source) => [runName(source.run), source]));
    const runs = new Map(this.runs.map((live) => [runName(live.run), live]));
    for (const event of events) {
      switch (event.type) {
        case 'loading':
          this.loading = event.loadedBytes < event.totalBytes ? event : null;
          break;
        case 'drawn': {
          const { run, mask, density, position, end, transition } = event;
          const histograms = transition === null ? null : atStart(transition);
          const fresh = {
            trainLoss: NaN,
            stepsPerSecond: 0,
            points: [],
            next: null,
            parameters: transition?.start ?? null,
            earlyBird: null,
          };
          runs.set(runName(run), { run, mask, density, start: position, position, end, transition, histograms, ...fresh });
          begun.push(runName(run));
          break;
        }
        case 'progress':
          change(runs, event.run, ({ position, trainLoss, stepsPerSecond }) => ({ position, trainLoss, stepsPerSecond }), event);
          break;
        case 'source': {
          const { run, position, end, stepsPerSecond } = event;
          sources.set(runName(run), { run, position, end, stepsPerSecond });
          break;
        }
        case 'evaluated':
          change(runs, event.run, ({ point }, live) => ({ points: [...live.points, point] }), event);
          break;
        case 'restarted':
          runs.delete(runName(event.run));
          break;
        case 'weights':
          change(
            runs,
            event.run,
            ({ layers, next, parameters, mask, earlyBird }, live) => ({
              histograms: layers,
              next,
              parameters,
              mask: mask ?? live.mask,
              density: mask === null ? live.density : density(mask),
              earlyBird,
            }),
            event,
          );
          break;
      }
    }
    this.runs = [...runs.values()];
    this.sources = [...sources.values()];
    if (begun.length > 0 || this.begun.length > 0) this.begun = this.runs.filter(({ run }) => begun.includes(runName(run)));
  }

  find(run: RunId): LiveRun | undefined {
    const name = runName(run);
    return this.runs.find((live) => runName(live.run) === name);
  }

  /** The last that was heard of a run. */
  latest(run: RunId): LiveRun | undefined {
    this.flush();
    return this.find(run);
  }

  /** A run has ended, and its result is known. */
  end(run: RunId): void {
    const live = this.latest(run);
    if (live !== undefined) this.runs = this.runs.filter((other) => other !== live);
  }

  endSource(run: RunId): void {
    this.flush();
    this.sources = this.sources.filter((source) => runName(source.run) !== runName(run));
  }

  /** Nothing trains any more. */
  reset(): void {
    this.pending = [];
    this.runs = this.begun = [];
    this.sources = [];
    this.loading = null;
  }
}

/** Events of a run that was not drawn in this session of work (one just cancelled) change nothing. */
function change<Event>(
  runs: Map<string, LiveRun>,
  run: RunId,
  update: (event: Event, live: LiveRun) => Partial<LiveRun>,
  event: Event,
): void {
  const name = runName(run);
  const live = runs.get(name);
  if (live !== undefined) runs.set(name, { ...live, ...update(event, live) });
}
