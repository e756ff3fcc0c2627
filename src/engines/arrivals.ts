import type { Task } from '../tasks/task.ts';

/** Remembers which examples have arrived, so that a step need not ask for each batch. */
export class Arrivals {
  private readonly arrived: Uint8Array;

  constructor(private readonly task: Task) {
    this.arrived = new Uint8Array(task.count);
  }

  includes(examples: Uint32Array): boolean {
    return examples.every((example) => this.arrived[example] === 1);
  }

  /** Rejects with the loader's error. */
  async wait(examples: Uint32Array): Promise<void> {
    await this.task.ready(examples);
    for (const example of examples) this.arrived[example] = 1;
  }
}
