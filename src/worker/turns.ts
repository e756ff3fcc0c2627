/** Work that only one at a time may do, first come first served; who breathes lets the next one work meanwhile. */
import type { Control } from '../science/trainer.ts';

export class Turns {
  private readonly waiting: (() => void)[] = [];
  private isTaken = false;

  async during<T>(control: Control, work: (control: Control) => Promise<T>): Promise<T> {
    await this.begin();
    try {
      return await work({
        due: () => control.due(),
        breathe: async () => {
          // A breath lasts as long as a pause does: nobody else waits for that.
          this.end();
          try {
            await control.breathe();
          } finally {
            await this.begin();
          }
        },
      });
    } finally {
      this.end();
    }
  }

  private begin(): Promise<void> {
    if (this.isTaken) return new Promise((resolve) => this.waiting.push(resolve));
    this.isTaken = true;
    return Promise.resolve();
  }

  private end(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.isTaken = false;
    else next();
  }
}
