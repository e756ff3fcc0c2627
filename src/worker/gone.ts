/** Workers that die, and what is tried again for it. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';

/** The worker ended without being asked to: by an error, by itself, or because the system took it away. */
export class WorkerGone extends Error {
  override readonly name = 'WorkerGone';
}

/** Calls back when the worker dies, at once where it has. Gives what takes that back. */
export function onceGone(gone: AbortSignal, hear: () => void): () => void {
  if (gone.aborted) hear();
  else gone.addEventListener('abort', hear, { once: true });
  return () => gone.removeEventListener('abort', hear);
}

/**
 * What a worker's answer gives; rejects with `WorkerGone` where the worker dies before. No race of promises: one that stays
 * open as long as the worker lives would keep every answer that was ever raced with it.
 */
export function whileAlive<Answer>(gone: AbortSignal, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const forget = onceGone(gone, () => reject(gone.reason as WorkerGone));
    answer.then(resolve, reject).finally(forget);
  });
}

/** How often something is tried when its worker dies: what kills workers is given up. */
export const MAX_ATTEMPTS = 2;

/** Does work that starts a worker, and does it again where the worker dies. Rejects with a LabError where that dies, too. */
export async function tryAgain<Value>(work: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WorkerGone)) throw error;
      if (attempt === MAX_ATTEMPTS) throw explained(error);
    }
  }
}

/** A worker's death in words, with a way out. */
export const explained = (error: unknown): unknown =>
  error instanceof WorkerGone ? new LabError(m.science_worker_gone({ reason: error.message }), 'worker', { cause: error }) : error;
