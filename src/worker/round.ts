/** One call of a shared trainer: what each run asked of it, and a control that breathes for all of them. */
import type { Control } from '../science/trainer.ts';

/** A run asks to be trained up to a position; `resolve` hears the batch losses. */
export interface Ask {
  readonly until: number;
  readonly control: Control;
  resolve(losses: readonly number[]): void;
  reject(error: unknown): void;
}

/** Whoever is stopped leaves at once, told so; the others train on. Rejects once all have left, with what made the last leave. */
export class RoundControl implements Control {
  private asking: readonly Ask[];

  constructor(asking: readonly Ask[]) {
    this.asking = asking;
  }

  due(): boolean {
    return this.asking.some(({ control }) => control.due());
  }

  async breathe(): Promise<void> {
    let stopped: unknown = null;
    const staying = await Promise.all(
      this.asking.map((ask) =>
        ask.control.breathe().then(
          () => ask,
          (error: unknown) => {
            stopped = error;
            ask.reject(error);
            return null;
          },
        ),
      ),
    );
    this.asking = staying.filter((ask) => ask !== null);
    if (this.asking.length === 0) throw stopped;
  }
}
