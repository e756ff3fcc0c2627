/** Opens the lab in Node: worker threads, and data from the repository's own folder. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { OpenLab } from './client.ts';
import { WorkerGone } from './gone.ts';
import { openPool, type Hand } from './pool.ts';
import { connect } from './wire.ts';

export const openLab: OpenLab = (setup, listener) => openPool(spawnThread, availableParallelism(), setup, listener);

/** A worker thread of its own. */
export function spawnThread(): Hand {
  const worker = new Worker(new URL('./node-entry.js', import.meta.url), { execArgv: [] });
  const death = new AbortController();
  worker.once('error', (error) => death.abort(new WorkerGone(error.message, { cause: error })));
  worker.once('exit', (code) => death.abort(new WorkerGone(`it ended by itself with code ${code}`)));
  return { worker: connect(nodeEndpoint(worker)), gone: death.signal, end: () => void worker.terminate() };
}
