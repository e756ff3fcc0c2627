import type { Task } from '../tasks/task.ts';

/** Remembers which examples have arrived, so that a step need not ask for each batch. */
export class Arrivals {
  private readonly arrived: Uint8Array;
  private missing: number;

  constructor(private readonly task: Task) {
    this.arrived = new Uint8Array(task.count);
    this.missing = task.count;
  }

  includes(examples: Uint32Array): boolean {
    return this.missing === 0 || examples.every((example) => this.arrived[example] === 1);
  }

  /** Rejects with the loader's error. */
  async wait(examples: Uint32Array): Promise<void> {
    await this.task.ready(examples);
    for (const example of examples) {
      this.missing -= 1 - this.arrived[example];
      this.arrived[example] = 1;
    }
  }
}
