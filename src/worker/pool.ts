/**
 * A pool of workers that trains runs side by side. Results do not depend on how many there are;
 * a worker that dies is replaced and its run is trained again.
 */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { RunRequest } from '../science/experiment.ts';
import type { RunOutcome } from '../science/run.ts';
import { Cancelled, type EngineIdentity } from '../science/trainer.ts';
import type { LabClient } from './client.ts';
import type { LabWorker, Listener, Prepared, Setup } from './protocol.ts';
import { atFullSpeed, type TempoSetting } from './tempo.ts';

/** A worker at hand. */
export interface Hand {
  readonly worker: LabWorker;
  /** Rejects with `WorkerGone` when the worker dies; never resolves. */
  readonly gone: Promise<never>;
  end(): void;
}

export class WorkerGone extends Error {
  override readonly name = 'WorkerGone';
}

export type Spawn = () => Hand;

/** How often a run is trained again after its worker died: a run that kills workers is given up. */
const MAX_ATTEMPTS = 2;

interface Job {
  readonly request: RunRequest;
  readonly attempt: number;
  readonly resolve: (outcome: RunOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs of a recipe that can be under way at the same time. */
const widest = ({ recipe }: Setup): number => recipe.seeds.length * recipe.arms.length;

/** Opens the first worker, which settles the engine; others follow as there is work, up to `most`. */
export async function openPool(spawn: Spawn, most: number, setup: Setup, listener: Listener): Promise<LabClient> {
  const first = spawn();
  try {
    const prepared = await Promise.race([first.worker.prepare(setup, listener), first.gone]);
    // One trainer already fills a graphics processor.
    const size = /webgpu|webgl/.test(prepared.id) ? 1 : Math.max(1, Math.min(most, widest(setup)));
    return new Pool(spawn, size, setup, prepared, listener, first);
  } catch (error) {
    first.end();
    throw error;
  }
}

class Pool implements LabClient {
  readonly engine: EngineIdentity;
  readonly adapter?: string;
  readonly arithmeticVersion: number;
  private readonly queue: Job[] = [];
  private readonly underWay = new Set<Job>();
  private readonly hands = new Set<Hand>();
  private readonly idle: Hand[] = [];
  private paused = false;
  private tempo = atFullSpeed;
  private closed = false;

  constructor(
    private readonly spawn: Spawn,
    private readonly size: number,
    private readonly setup: Setup,
    private readonly prepared: Prepared,
    private readonly listener: Listener,
    first: Hand,
  ) {
    this.engine = prepared.engine;
    this.adapter = prepared.adapter;
    this.arithmeticVersion = prepared.engine.arithmeticVersion;
    this.hands.add(first);
    this.idle.push(first);
  }

  run(request: RunRequest): Promise<RunOutcome> {
    return new Promise((resolve, reject) => this.enqueue({ request, attempt: 1, resolve, reject }));
  }

  pause(): void {
    this.paused = true;
    for (const { worker } of this.hands) void worker.pause();
  }

  resume(): void {
    this.paused = false;
    for (const { worker } of this.hands) void worker.resume();
  }

  setTempo(setting: TempoSetting): void {
    this.tempo = setting;
    for (const { worker } of this.hands) void worker.setTempo(setting);
  }

  cancel(): void {
    this.paused = false;
    for (const job of this.queue.splice(0)) job.reject(new Cancelled());
    for (const { worker } of this.hands) void worker.cancel();
  }

  dispose(): void {
    this.closed = true;
    for (const job of [...this.queue.splice(0), ...this.underWay]) job.reject(new Cancelled());
    for (const hand of this.hands) hand.end();
    this.hands.clear();
  }

  /** Tickets first, lower levels first: everything else waits for them. */
  private enqueue(job: Job): void {
    if (this.closed) {
      job.reject(new Cancelled());
      return;
    }
    const rank = ({ request: { run } }: Job): number => run.level + (run.arm === 'ticket' ? 0 : 0.5);
    const place = this.queue.findIndex((other) => rank(other) > rank(job));
    this.queue.splice(place === -1 ? this.queue.length : place, 0, job);
    this.dispatch();
  }

  private dispatch(): void {
    while (this.queue.length > 0) {
      const hand = this.idle.pop();
      if (hand === undefined) {
        if (this.hands.size < this.size) this.hire();
        return;
      }
      const job = this.queue.shift();
      if (job !== undefined) void this.work(hand, job);
      else this.idle.push(hand);
    }
  }

  private async work(hand: Hand, job: Job): Promise<void> {
    this.underWay.add(job);
    try {
      job.resolve(await Promise.race([hand.worker.run(job.request), hand.gone]));
    } catch (error) {
      if (error instanceof WorkerGone && !this.closed) this.bury(hand, job, error);
      else job.reject(error);
    } finally {
      this.underWay.delete(job);
    }
    if (!this.hands.has(hand)) return;
    this.idle.push(hand);
    this.dispatch();
  }

  /** The worker is dead: its run goes to another, unless it has killed enough of them. */
  private bury(hand: Hand, job: Job, cause: unknown): void {
    this.hands.delete(hand);
    hand.end();
    if (job.attempt < MAX_ATTEMPTS) this.enqueue({ ...job, attempt: job.attempt + 1 });
    else job.reject(new LabError(m.science_worker_died({ arm: job.request.run.arm, level: job.request.run.level }), 'worker', { cause }));
  }

  /** Another worker of the same engine; it takes up work once it is prepared. */
  private hire(): void {
    const hand = this.spawn();
    this.hands.add(hand);
    const setup: Setup = { ...this.setup, engine: this.prepared.id };
    const heard: Listener = (event) => {
      // The first worker reports the loading for all.
      if (event.type !== 'loading') this.listener(event);
    };
    Promise.race([hand.worker.prepare(setup, heard), hand.gone]).then(
      () => {
        if (!this.hands.has(hand)) return;
        void hand.worker.setTempo(this.tempo);
        if (this.paused) void hand.worker.pause();
        this.idle.push(hand);
        this.dispatch();
      },
      (error: unknown) => {
        this.hands.delete(hand);
        hand.end();
        // The others go on; with none left, the work cannot be done.
        if (this.hands.size === 0) for (const job of this.queue.splice(0)) job.reject(error);
      },
    );
  }
}
