/**
 * Arithmetic on the page's own thread, a few milliseconds at a time, so that it never holds up a click or a frame.
 * Where questions come faster than answers, the one under way is finished, and of those that wait only the newest is asked.
 */

/** Milliseconds of work between two breaths. */
const SLICE_MS = 6;

/** Yields wherever it may be interrupted. */
export type Sliceable<Value> = Generator<void, Value>;

export class Slices<Value> {
  private waiting: (() => Sliceable<Value>) | null = null;
  private isBusy = false;
  private isStopped = false;

  constructor(
    private readonly done: (value: Value) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  ask(question: () => Sliceable<Value>): void {
    this.waiting = question;
    if (this.isBusy) return;
    this.isBusy = true;
    setTimeout(() => this.begin());
  }

  /** Nobody looks any more. */
  stop(): void {
    this.isStopped = true;
    this.waiting = null;
  }

  private begin(): void {
    const question = this.waiting;
    this.waiting = null;
    if (question === null) this.isBusy = false;
    else this.work(question());
  }

  private work(steps: Sliceable<Value>): void {
    if (this.isStopped) return;
    const end = this.now() + SLICE_MS;
    let step = steps.next();
    while (step.done !== true && this.now() < end) step = steps.next();
    if (step.done === true) {
      this.done(step.value);
      setTimeout(() => this.begin());
    } else setTimeout(() => this.work(steps));
  }
}
