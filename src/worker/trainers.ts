/** The trainers of a worker: one for each plan and task, shared by the runs that are under way, and kept for runs to come. */
import { OutOfMemory } from '../engines/lost.ts';
import { stableText } from '../science/recipe/plain.ts';
import type { Engine, NetworkPlan } from '../science/trainer.ts';
import type { Task } from '../tasks/task.ts';
import { SingleSeat, type Seat, type Seats } from './seat.ts';

interface Kept {
  readonly plan: string;
  readonly task: Task;
  readonly seats: Promise<Seats>;
  /** Once it is made. */
  made: Seats | null;
  /** Runs that are about to take a seat. */
  coming: number;
}

export class Trainers {
  private all: readonly Kept[] = [];
  private making: Promise<unknown> = Promise.resolve();

  /**
   * A seat in the trainer of this plan, whose memory and compiled programs are used again; where it is made anew, with at
   * most so many seats. Waits while all are taken.
   */
  async take(engine: Engine, plan: NetworkPlan, most: number): Promise<Seat> {
    const { task, model, optimizer, weightDecay, batchSize } = plan;
    const text = stableText([model, optimizer, weightDecay, batchSize]);
    const kept = this.all.find((one) => one.plan === text && one.task === task) ?? this.make(engine, plan, text, most);
    kept.coming++;
    try {
      return await (await kept.seats).take();
    } finally {
      kept.coming--;
    }
  }

  /** Frees them all: nobody trains. */
  drop(): void {
    for (const { made } of this.all) made?.dispose();
    this.all = [];
  }

  /** Their networks are lost, and whoever trains on them is told. */
  abandon(failure: Error): void {
    for (const { seats } of this.all)
      seats.then(
        (trainer) => trainer.abandon(failure),
        () => undefined,
      );
    this.all = [];
  }

  private make(engine: Engine, plan: NetworkPlan, text: string, most: number): Kept {
    this.dropIdle();
    // One after the other: an engine whose device was lost opens the next one once.
    const seats = this.making.then(() => widest(engine, plan, most));
    const kept: Kept = { plan: text, task: plan.task, seats, made: null, coming: 0 };
    this.all = [...this.all, kept];
    this.making = seats.then(
      (made) => {
        kept.made = made;
      },
      () => {
        this.all = this.all.filter((one) => one !== kept);
      },
    );
    return kept;
  }

  /** What nobody trains on makes room. */
  private dropIdle(): void {
    const isIdle = ({ made, coming }: Kept): boolean => coming === 0 && made?.isIdle === true;
    for (const kept of this.all) if (isIdle(kept)) kept.made?.dispose();
    this.all = this.all.filter((kept) => !isIdle(kept));
  }
}

/** With as many networks as gain from it, at most so many, and fit. */
async function widest(engine: Engine, plan: NetworkPlan, most: number): Promise<Seats> {
  for (let networks = Math.max(1, Math.min(most, engine.capacity(plan))); ; networks = Math.ceil(networks / 2)) {
    try {
      const trainer = await engine.createTrainer({ ...plan, networks });
      // What engines that train one network after the other never need is fetched where another does.
      return networks === 1 ? new SingleSeat(trainer) : new (await import('./shared-trainer.ts')).SharedTrainer(trainer, plan.task);
    } catch (error) {
      if (!(error instanceof OutOfMemory) || networks === 1) throw error;
    }
  }
}
