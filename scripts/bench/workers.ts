/** Whether two worker threads train twice as much as one. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Entry } from './contender.ts';

export const WORKER_DENSITY = 0.21;
const STEPS = 200;
const ROUNDS = 9;

/** Turns of one and of two threads in ms a step, a step of either thread counted. */
export async function raceWorkers(): Promise<Entry[]> {
  const workers = Array.from({ length: 2 }, () => new Worker(new URL('./worker-entry.js', import.meta.url), { execArgv: [] }));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const counts = [1, 2].map((count) => ({ count, turns: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { count, turns } of counts) {
      const began = performance.now();
      await Promise.all(
        workers.slice(0, count).map((worker) => {
          const done = once(worker, 'message');
          worker.postMessage(STEPS);
          return done;
        }),
      );
      turns.push((performance.now() - began) / (STEPS * count));
    }
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return counts.map(({ count, turns }) => ({
    engine: `sparse, ${count === 1 ? '1 worker' : '2 workers'}`,
    density: WORKER_DENSITY,
    turns,
  }));
}
