/** Runs' places in a trainer, and the trainer that has but one. */
import type { Trainer } from '../science/trainer.ts';

/** A run's place. */
export interface Seat {
  /** Its network 0 is the run's. */
  readonly trainer: Trainer;
  /** Milliseconds, of all it took to train so far, that went by for the sake of other runs. */
  readonly waited: number;
  /** Milliseconds of a step when it last trained, the same for all who trained with it; null while there is no telling. */
  readonly stepMs: number | null;
  /** Once, when the run is over. */
  giveBack(): void;
}

/** A trainer with places for runs. */
export interface Seats {
  /** Nobody has or awaits a seat. */
  readonly isIdle: boolean;
  /** A seat; where all are taken, the next to be given back. */
  take(): Promise<Seat>;
  /** Frees its memory. */
  dispose(): void;
  /** Its networks are lost: who awaits a seat is told now, who has one at the latest when next it asks for anything. */
  abandon(failure: Error): void;
}

/** Those who wait for a seat, first come first served. */
export class Queue {
  private readonly waiting: { readonly resolve: (seat: Seat) => void; readonly reject: (error: unknown) => void }[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  join(): Promise<Seat> {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  seat(seat: Seat): void {
    this.waiting.shift()?.resolve(seat);
  }

  refuse(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

/** A trainer of one network, which goes from run to run. */
export class SingleSeat implements Seats {
  private readonly queue = new Queue();
  private isTaken = false;

  constructor(private readonly trainer: Trainer) {}

  get isIdle(): boolean {
    return !this.isTaken;
  }

  take(): Promise<Seat> {
    const seat = this.queue.join();
    if (!this.isTaken) this.giveOn();
    return seat;
  }

  dispose(): void {
    this.trainer.dispose();
  }

  abandon(failure: Error): void {
    this.queue.refuse(failure);
    this.dispose();
  }

  private giveOn(): void {
    this.isTaken = !this.queue.isEmpty;
    this.queue.seat({ trainer: this.trainer, waited: 0, stepMs: null, giveBack: () => this.giveOn() });
  }
}
