import type { Notebook } from '../../../src/science/experiment.ts';
import type { RunOutcome } from '../../../src/science/run.ts';

/** Keeps outcomes as long as it lives. */
export class MemoryNotebook implements Notebook {
  readonly outcomes = new Map<string, RunOutcome>();
  find = (key: string) => Promise.resolve(this.outcomes.get(key) ?? null);
  keep = (outcome: RunOutcome) => {
    this.outcomes.set(outcome.result.key, outcome);
    return Promise.resolve();
  };
}
