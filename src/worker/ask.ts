/** One question to a worker of its own, which ends with the answer. */
import { tryAgain, whileAlive } from './gone.ts';
import { startWorker } from './start.ts';

interface Asked<Reply, Value> {
  /** The address of the worker's script, and what the worker is called. */
  readonly module: string;
  readonly name: string;
  /** Nothing where the worker begins by itself. */
  readonly request?: unknown;
  /** Hears each reply: it may resolve the question, or throw what is to reject it. */
  readonly hear: (reply: Reply, resolve: (value: Value) => void) => void;
  /** Takes the question back: it rejects with the signal's reason. */
  readonly unwanted?: AbortSignal;
}

/** Asks again where the worker dies. Rejects with a LabError where that one dies, too. */
export function ask<Reply, Value>({ module, name, request, hear, unwanted }: Asked<Reply, Value>): Promise<Value> {
  return tryAgain(async () => {
    const { worker, gone, end } = startWorker(module, name);
    try {
      const answer = new Promise<Value>((resolve, reject) => {
        const fail = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
        if (unwanted?.aborted === true) fail(unwanted.reason);
        unwanted?.addEventListener('abort', () => fail(unwanted.reason));
        worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
          try {
            hear(data, resolve);
          } catch (error) {
            fail(error);
          }
        });
        if (request !== undefined) worker.postMessage(request);
      });
      return await whileAlive(gone, answer);
    } finally {
      end();
    }
  });
}
