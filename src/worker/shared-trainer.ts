/**
 * One trainer for several runs: each has a seat in it, a trainer of a single network. What runs ask for at about the same
 * time is trained in one round; nobody waits long for one who does not ask.
 */
import type { Control, Trainer } from '../science/trainer.ts';
import type { Task } from '../tasks/task.ts';
import { RoundControl, type Ask } from './round.ts';
import { Queue, type Seat, type Seats } from './seat.ts';
import { SharedSeat, type Host } from './shared-seat.ts';
import { Turns } from './turns.ts';

/** How long a round waits for those of the last one: for what comes between two strides, and for measurements. */
const PATIENCE_MS = 50;
const MEASURING_PATIENCE_MS = 1000;

/** A network of the trainer, and what the run on it is about. */
interface Place {
  readonly network: number;
  isTaken: boolean;
  /** Has just sat down, or was in the last round: may well be in the next. */
  isExpected: boolean;
  /** Is in the round under way. */
  isTraining: boolean;
  /** Measurements under way. */
  measuring: number;
  ask: Ask | null;
  /** Up to where it is trained. */
  position: number;
  /** Milliseconds that it has waited for others. */
  waited: number;
  askedAt: number;
  /** Milliseconds of a step in its last round that was long enough to tell; null before that. */
  stepMs: number | null;
}

export class SharedTrainer implements Seats {
  private readonly places: readonly Place[];
  private readonly turns = new Turns();
  private readonly queue = new Queue();
  private isTraining = false;
  /** Since when those who asked wait for the others. */
  private since = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Why it is of no use any more. */
  private failure: Error | null = null;

  /** `task` is what the trainer was made for. */
  constructor(
    private readonly trainer: Trainer,
    private readonly task: Task,
  ) {
    const free = { isTaken: false, isExpected: false, isTraining: false, measuring: 0, ask: null };
    const fresh = { position: 0, waited: 0, askedAt: 0, stepMs: null };
    this.places = Array.from({ length: trainer.networks }, (_, network) => ({ network, ...free, ...fresh }));
  }

  get isIdle(): boolean {
    return this.queue.isEmpty && this.places.every(isFree);
  }

  take(): Promise<Seat> {
    const seat = this.queue.join();
    this.seatThose();
    return seat;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.trainer.dispose();
  }

  abandon(failure: Error): void {
    this.failure = failure;
    this.queue.refuse(failure);
    for (const place of this.places) {
      place.ask?.reject(failure);
      place.ask = null;
    }
    if (!this.isTraining) this.dispose();
  }

  private seatThose(): void {
    while (!this.queue.isEmpty) {
      const place = this.places.find(isFree);
      if (place === undefined) return;
      place.isTaken = place.isExpected = true;
      place.stepMs = null;
      this.queue.seat(this.seatAt(place));
    }
  }

  private seatAt(place: Place): SharedSeat {
    const host: Host = {
      network: place.network,
      get waited() {
        return place.waited;
      },
      get stepMs() {
        return place.stepMs;
      },
      trainer: () => {
        if (this.failure !== null) throw this.failure;
        return this.trainer;
      },
      started: (position) => {
        place.position = position;
      },
      train: (until, control) => this.ask(place, until, control),
      measure: async (control, work) => {
        place.measuring++;
        try {
          return await this.turns.during(control, work);
        } finally {
          place.measuring--;
          this.consider();
        }
      },
      giveBack: () => {
        place.isTaken = place.isExpected = false;
        this.seatThose();
        this.consider();
      },
    };
    return new SharedSeat(host, this.task);
  }

  private ask(place: Place, until: number, control: Control): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      const now = performance.now();
      if (!this.isTraining && this.places.every(({ ask }) => ask === null)) this.since = now;
      place.ask = { until, control, resolve, reject };
      place.askedAt = now;
      this.consider();
    });
  }

  /** Begins a round where there is no more reason to wait. */
  private consider(): void {
    clearTimeout(this.timer);
    const asking = this.places.filter(({ ask }) => ask !== null);
    if (this.isTraining || asking.length === 0) return;
    const missing = this.places.filter(({ isExpected, ask }) => isExpected && ask === null);
    const patience = missing.some(({ measuring }) => measuring > 0) ? MEASURING_PATIENCE_MS : PATIENCE_MS;
    const left = missing.length === 0 ? 0 : this.since + patience - performance.now();
    if (left > 0) {
      this.timer = setTimeout(() => this.consider(), left);
      return;
    }
    for (const place of missing) place.isExpected = false;
    void this.round(asking);
  }

  private async round(places: readonly Place[]): Promise<void> {
    this.isTraining = true;
    const began = performance.now();
    const until = this.places.map(() => 0);
    const asks: Ask[] = [];
    const steps = places.map(({ ask, position }) => (ask === null ? 0 : Math.max(0, ask.until - position)));
    for (const place of places) {
      place.isTraining = true;
      place.waited += began - place.askedAt;
      if (place.ask === null) continue;
      until[place.network] = place.ask.until;
      asks.push(place.ask);
      place.ask = null;
    }
    try {
      const losses = await this.trainer.train(until, asks.length === 1 ? asks[0].control : new RoundControl(asks));
      const longest = Math.max(1, ...steps);
      const took = performance.now() - began;
      places.forEach((place, index) => {
        // Its own steps took their share of the round; for the rest of it, it waited.
        place.waited += took * (1 - steps[index] / longest);
        // A moment is too short to tell a pace.
        if (took >= 1) place.stepMs = took / longest;
        place.position = Math.max(place.position, until[place.network]);
        place.isExpected = place.isTaken;
        asks[index].resolve(losses[place.network]);
      });
    } catch (error) {
      for (const place of places) place.isExpected = false;
      for (const ask of asks) ask.reject(error);
    } finally {
      this.isTraining = false;
      for (const place of places) place.isTraining = false;
      this.since = performance.now();
      if (this.failure !== null) this.dispose();
      this.seatThose();
      this.consider();
    }
  }
}

/** Somebody who left in the middle of a round is trained to its end. */
const isFree = ({ isTaken, isTraining }: Place): boolean => !isTaken && !isTraining;
