/**
 * The experiment as the page conducts it: open a laboratory, run levels, pause, resume, hold after a level, stop.
 * Where it stands is one word; what it finds goes to the listeners it was given.
 */
import { conduct, type Laboratory, type Notebook } from '../../science/experiment.ts';
import type { Divergence, Marks } from '../../science/divergence.ts';
import { stepsOf } from '../../science/draw.ts';
import type { Plan } from '../../science/plan.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { RunId, RunResult } from '../../science/result.ts';
import type { RunOutcome } from '../../science/run.ts';
import { Cancelled, type EngineIdentity } from '../../science/trainer.ts';
import type { LabClient, OpenLab } from '../../worker/client.ts';
import type { EngineChoice } from '../../worker/protocol.ts';
import { msPerStep, newest, secondsFor, type Ended, type Pace } from './estimate.ts';
import { Live, type LiveRun, type Schedule } from './live.svelte.ts';

/**
 * idle: nothing trains, there may be more to run · loading: data and engine are being opened · running ·
 * paused: in the middle of a level · held: at the end of a level, waiting to go on · done · failed: `error` says why
 */
export type Status = 'idle' | 'loading' | 'running' | 'paused' | 'held' | 'done' | 'failed';

export interface ExperimentListeners {
  /** A run of this experiment is known: from the notebook or just trained. */
  finished(result: RunResult): void;
  /** A run was trained here and now; `live` is the last that was seen of it. */
  trained(outcome: RunOutcome, live: LiveRun | undefined): void;
  /** Of a run, by its key, that it diverged before; it is not trained again. */
  divergence(key: string): Divergence | undefined;
  diverged(mark: Divergence): void;
  failed(error: unknown): void;
  /** A run lost its graphics processor and has begun again: what there is to say of it. */
  restarted(message: string): void;
}

export interface ExperimentOptions {
  readonly openLab: OpenLab;
  readonly schedule: Schedule;
  readonly now: () => number;
  readonly listeners: ExperimentListeners;
}

export class Experiment {
  engine = $state.raw<EngineIdentity | null>(null);
  /** The graphics card that trains, as it calls itself. */
  adapter = $state.raw<string | null>(null);
  /** The last level that may be trained now; the levels after it wait. */
  limit = $state(0);
  /** Steps a second, at most. */
  speed = $state(Infinity);
  readonly live: Live;
  readonly isActive: boolean = $derived.by(() => this.state !== 'idle' && this.state !== 'done' && this.state !== 'failed');

  private state = $state<Status>('idle');
  private readonly clock: Stopwatch;
  private lastEnd = 0;
  private recent = $state.raw<readonly Ended[]>([]);
  private client: LabClient | null = null;
  private prepared = '';
  /** Of the newest start; what an older one still does is not heard. */
  private turn = 0;
  private waiting: (() => void)[] = [];
  private inFlight = 0;
  private wantsPause = false;
  /** Steps that each run may train before it pauses by itself. */
  private allowance = Infinity;

  constructor(private readonly options: ExperimentOptions) {
    this.live = new Live(options.schedule);
    this.clock = new Stopwatch(options.now);
  }

  get status(): Status {
    return this.state;
  }

  private set status(status: Status) {
    this.state = status;
    this.clock.set(status === 'running');
  }

  /** Seconds that these steps will take, or null while there is no telling. */
  secondsFor(steps: number): number | null {
    return secondsFor(steps, this.pace);
  }

  /** The engine's pace: while it trains its own figure, else what the last runs took. */
  get stepsPerSecond(): number {
    if (this.live.stepsPerSecond > 0) return this.live.stepsPerSecond;
    const ms = msPerStep(this.pace);
    return ms === null ? 0 : 1000 / ms;
  }

  private get pace(): Pace {
    return {
      finishedMs: this.recent.reduce((sum, { ms }) => sum + ms, 0),
      finishedSteps: this.recent.reduce((sum, { steps }) => sum + steps, 0),
      stepsPerSecond: this.live.stepsPerSecond,
    };
  }

  /**
   * Runs the plan, or only what is wanted of it, up to and including `limit`, from where the notebook ends; then holds
   * there if levels are left.
   */
  async start(
    plan: Plan,
    engine: EngineChoice,
    notebook: Notebook,
    limit: number,
    allowance = Infinity,
    wanted?: readonly RunId[],
  ): Promise<void> {
    const turn = ++this.turn;
    const isCurrent = (): boolean => turn === this.turn;
    this.status = 'loading';
    this.limit = limit;
    this.allowance = allowance;
    this.wantsPause = false;
    this.waiting = [];
    this.inFlight = 0;
    this.live.reset();
    try {
      const client = await this.open(plan.recipe, engine, isCurrent);
      if (!isCurrent()) return;
      this.engine = client.engine;
      this.adapter = client.adapter ?? null;
      this.live.loading = null;
      this.sendTempo();
      this.status = this.goingStatus;
      this.lastEnd = this.clock.read();
      if (this.isPauseWanted()) this.pause();
      const finished = (result: RunResult): void => {
        if (!isCurrent()) return;
        this.options.listeners.finished(result);
        // Only now: what was kept of it takes a moment to be, and the stage must have something to show.
        this.live.end(result);
      };
      const marks: Marks = {
        find: (key) => this.options.listeners.divergence(key),
        keep: (mark) => {
          if (!isCurrent()) return;
          this.options.listeners.diverged(mark);
          if (mark.isSource === true) this.live.endSource(mark);
          else this.live.end(mark);
        },
      };
      await conduct(plan, this.gated(plan, client, isCurrent), notebook, finished, wanted, marks);
      if (isCurrent()) this.status = 'done';
    } catch (error) {
      if (!isCurrent() || isCancelled(error)) return;
      this.turn++;
      // What else was under way is of no use: the experiment cannot go on without what failed.
      this.client?.cancel();
      this.live.reset();
      this.status = 'failed';
      this.options.listeners.failed(error);
    }
  }

  /** Lets levels up to this one train; lowered while running, training holds when it gets there. */
  allow(limit: number, allowance = Infinity): void {
    this.limit = limit;
    this.allowance = allowance;
    this.sendTempo();
    for (const go of this.waiting.splice(0)) go();
    if (this.status === 'paused') this.resume();
    else if (this.status === 'held') this.status = this.goingStatus;
  }

  /** At most so many steps a second from here on; Infinity: as many as the engine can. */
  setSpeed(stepsPerSecond: number): void {
    this.speed = stepsPerSecond;
    this.sendTempo();
  }

  pause(): void {
    this.wantsPause = true;
    if (this.status !== 'running') return;
    this.client?.pause();
    this.status = 'paused';
  }

  resume(): void {
    this.wantsPause = false;
    if (this.status !== 'paused') return;
    this.client?.resume();
    this.status = this.goingStatus;
  }

  /** Runs with an allowance pause by themselves, soon. */
  private get goingStatus(): Status {
    return this.allowance === Infinity ? 'running' : 'paused';
  }

  private sendTempo(): void {
    this.client?.setTempo({ stepsPerSecond: this.speed, allowance: this.allowance });
  }

  /** Asked once the engine is open: a pause may have been wanted meanwhile. */
  private isPauseWanted(): boolean {
    return this.wantsPause;
  }

  /** Gives up the runs in progress; what had finished stays. */
  stop(): void {
    if (!this.isActive) return;
    this.turn++;
    this.client?.cancel();
    this.live.reset();
    this.waiting = [];
    this.status = 'idle';
  }

  /** Forgets the experiment and frees its workers. */
  close(): void {
    this.stop();
    this.status = 'idle';
    this.client?.dispose();
    this.client = null;
    this.prepared = '';
    this.recent = [];
    this.engine = this.adapter = null;
  }

  private async open(recipe: Recipe, engine: EngineChoice, isCurrent: () => boolean): Promise<LabClient> {
    const wanted = JSON.stringify([recipe.task, recipe.model, recipe.training, recipe.seeds, recipe.arms, recipe.transfer, engine]);
    if (this.client !== null && this.prepared === wanted) {
      // A pause outlives the runs it stopped.
      this.client.resume();
      return this.client;
    }
    this.client?.dispose();
    this.client = null;
    this.recent = [];
    const client = await this.options.openLab({ recipe, engine }, (event) => {
      if (this.client === null ? !isCurrent() : this.client !== client) return;
      this.live.hear(event);
      if (event.type !== 'restarted') return;
      this.engine = event.prepared.engine;
      this.adapter = event.prepared.adapter ?? null;
      this.options.listeners.restarted(event.message);
    });
    if (!isCurrent()) {
      client.dispose();
      throw new Cancelled();
    }
    this.client = client;
    this.prepared = wanted;
    return client;
  }

  /** The client's laboratory, in which runs beyond the limit wait, also those that are known. */
  private gated(plan: Plan, client: LabClient, isCurrent: () => boolean): Laboratory {
    return {
      arithmeticVersion: client.arithmeticVersion,
      admit: async ({ level }) => {
        while (level > this.limit) await this.leave();
        if (!isCurrent()) throw new Cancelled();
      },
      run: async (request) => {
        if (!isCurrent()) throw new Cancelled();
        this.inFlight++;
        if (this.status === 'held') this.status = this.goingStatus;
        try {
          const outcome = await client.run(request);
          if (!isCurrent()) throw new Cancelled();
          if (request.isSource === true) {
            this.live.endSource(request.run);
            this.timed(request.run, request.plan);
            return outcome;
          }
          const live = this.live.latest(request.run);
          this.timed(request.run, plan);
          this.options.listeners.trained(outcome, live);
          return outcome;
        } finally {
          if (isCurrent()) {
            this.inFlight--;
            this.settle();
          }
        }
      },
    };
  }

  /** Resolves when the limit may have changed. */
  private leave(): Promise<void> {
    return new Promise((go) => {
      this.waiting.push(go);
      this.settle();
    });
  }

  /** Held: something waits for its level and nothing trains, also when what followed has asked for its turn. */
  private settle(): void {
    setTimeout(() => {
      if ((this.status === 'running' || this.status === 'paused') && this.inFlight === 0 && this.waiting.length > 0) this.status = 'held';
    });
  }

  /** Runs share the workers, so the pace is the time between their ends, pauses left out. */
  private timed(run: RunId, plan: Plan): void {
    const now = this.clock.read();
    const together = 1 + this.live.runs.length + this.live.sources.length;
    this.recent = newest([...this.recent, { ms: now - this.lastEnd, steps: stepsOf(plan, run), together }]);
    this.lastEnd = now;
  }
}

/** Milliseconds that something was going on. */
class Stopwatch {
  private total = 0;
  private since: number | null = null;

  constructor(private readonly now: () => number) {}

  read(): number {
    return this.total + (this.since === null ? 0 : this.now() - this.since);
  }

  set(isGoing: boolean): void {
    this.total = this.read();
    this.since = isGoing ? this.now() : null;
  }
}

/** Errors lose their class on their way from a worker, not their name. */
const isCancelled = (error: unknown): boolean => error instanceof Cancelled || (error instanceof Error && error.name === 'Cancelled');
