/**
 * A pool of workers that trains runs side by side, in each as many as it has seats for. Results do not depend on how many
 * there are; a worker that dies is replaced and its runs are trained again.
 */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { RunRequest } from '../science/experiment.ts';
import type { RunOutcome } from '../science/run.ts';
import { Cancelled, type EngineIdentity } from '../science/trainer.ts';
import type { LabClient } from './client.ts';
import { explained, MAX_ATTEMPTS, onceGone, tryAgain, whileAlive, WorkerGone } from './gone.ts';
import type { LabWorker, Listener, Prepared, Setup } from './protocol.ts';
import { atFullSpeed, type TempoSetting } from './tempo.ts';

/** A worker at hand. */
export interface Hand {
  readonly worker: LabWorker;
  /** Aborts when the worker dies, a `WorkerGone` its reason. */
  readonly gone: AbortSignal;
  end(): void;
}

export type Spawn = () => Hand;

interface Job {
  readonly request: RunRequest;
  readonly attempt: number;
  readonly resolve: (outcome: RunOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Among runs whose worker died, each is tried by itself, so that only those that kill workers are given up. */
const isSuspect = ({ attempt }: Job): boolean => attempt > 1;

/** A worker of the pool, and what it trains. */
interface Post {
  readonly hand: Hand;
  /** Runs that it takes at once; 0 until it is prepared. */
  seats: number;
  readonly jobs: Set<Job>;
}

const hasRoomFor = ({ seats, jobs }: Post, job: Job): boolean =>
  jobs.size < (isSuspect(job) || [...jobs].some(isSuspect) ? Math.min(1, seats) : seats);

/** Opens the first worker, which settles the engine; others follow as there is work, up to `most`. */
export function openPool(spawn: Spawn, most: number, setup: Setup, listener: Listener): Promise<LabClient> {
  return tryAgain(async () => {
    const first = spawn();
    try {
      const prepared = await whileAlive(first.gone, first.worker.prepare({ ...setup, workers: most }, listener));
      return new Pool(spawn, setup, prepared, listener, first);
    } catch (error) {
      first.end();
      throw error;
    }
  });
}

class Pool implements LabClient {
  readonly engine: EngineIdentity;
  readonly adapter?: string;
  readonly arithmeticVersion: number;
  private readonly queue: Job[] = [];
  private readonly posts = new Set<Post>();
  private paused = false;
  private tempo = atFullSpeed;
  private closed = false;

  constructor(
    private readonly spawn: Spawn,
    private readonly setup: Setup,
    private readonly prepared: Prepared,
    private readonly listener: Listener,
    first: Hand,
  ) {
    this.engine = prepared.engine;
    this.adapter = prepared.adapter;
    this.arithmeticVersion = prepared.engine.arithmeticVersion;
    this.enlist(first, prepared.seats);
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
    const underWay = [...this.posts].flatMap(({ jobs }) => [...jobs]);
    for (const job of [...this.queue.splice(0), ...underWay]) job.reject(new Cancelled());
    for (const hand of this.hands) hand.end();
    this.posts.clear();
  }

  private get hands(): readonly Hand[] {
    return [...this.posts].map(({ hand }) => hand);
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
      const [job] = this.queue;
      const post = [...this.posts].find((one) => hasRoomFor(one, job));
      if (post === undefined) {
        if (this.posts.size < this.prepared.workers) this.hire();
        return;
      }
      this.queue.shift();
      void this.work(post, job);
    }
  }

  private async work(post: Post, job: Job): Promise<void> {
    const { hand, jobs } = post;
    jobs.add(job);
    try {
      job.resolve(await whileAlive(hand.gone, hand.worker.run(job.request)));
    } catch (error) {
      if (error instanceof WorkerGone && !this.closed) this.bury(job, error);
      else job.reject(error);
    } finally {
      jobs.delete(job);
    }
    if (!this.closed) this.dispatch();
  }

  /** A worker that dies leaves the pool at once, whether it trains or waits for work. */
  private enlist(hand: Hand, seats: number): Post {
    const post: Post = { hand, seats, jobs: new Set() };
    this.posts.add(post);
    onceGone(hand.gone, () => this.dismiss(post));
    return post;
  }

  private dismiss(post: Post): void {
    this.posts.delete(post);
    post.hand.end();
  }

  /** The worker is dead: its run goes to another, unless it has killed enough of them. */
  private bury(job: Job, cause: unknown): void {
    if (job.attempt < MAX_ATTEMPTS) this.enqueue({ ...job, attempt: job.attempt + 1 });
    else job.reject(new LabError(m.science_worker_died({ arm: job.request.run.arm, level: job.request.run.level }), 'worker', { cause }));
  }

  /** Another worker of the same engine; it takes up work once it is prepared. */
  private hire(attempt = 1): void {
    const hand = this.spawn();
    const post = this.enlist(hand, 0);
    const setup: Setup = { ...this.setup, engine: this.prepared.id };
    const heard: Listener = (event) => {
      // The first worker reports the loading for all.
      if (event.type !== 'loading') this.listener(event);
    };
    whileAlive(hand.gone, hand.worker.prepare(setup, heard)).then(
      ({ seats }) => {
        if (!this.posts.has(post)) return;
        void hand.worker.setTempo(this.tempo);
        if (this.paused) void hand.worker.pause();
        post.seats = seats;
        this.dispatch();
      },
      (error: unknown) => {
        this.dismiss(post);
        if (this.closed) return;
        if (error instanceof WorkerGone && attempt < MAX_ATTEMPTS) this.hire(attempt + 1);
        // The others go on; with none left, the work cannot be done.
        else if (this.posts.size === 0) for (const job of this.queue.splice(0)) job.reject(explained(error));
      },
    );
  }
}
