/** Opens the lab in a page: web workers, and data from beside the page. */
import * as Comlink from 'comlink';
import type { OpenLab } from './client.ts';
import type { Greeting } from './lab.worker.ts';
import { openPool, WorkerGone, type Hand } from './pool.ts';
import type { Student, study } from './study.ts';
import { connect } from './wire.ts';

export const openLab: OpenLab = (setup, listener) => {
  const greeting: Greeting = { data: new URL('datasets/', location.href).href };
  return openPool(() => spawn(greeting), navigator.hardwareConcurrency - 1, setup, listener);
};

/** Studies runs in a worker of their own, which starts when it is first asked. */
export function openStudy(): Student {
  let remote: Comlink.Remote<typeof study> | null = null;
  return async (request) => {
    remote ??= Comlink.wrap<typeof study>(new Worker(new URL('./study.worker.ts', import.meta.url), { type: 'module', name: 'study' }));
    return await remote(request);
  };
}

function spawn(greeting: Greeting): Hand {
  const worker = new Worker(new URL('./lab.worker.ts', import.meta.url), { type: 'module', name: 'lab' });
  worker.postMessage(greeting);
  const gone = new Promise<never>((_resolve, reject) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new WorkerGone(event.message));
    });
  });
  gone.catch(() => undefined);
  return { worker: connect(worker), gone, end: () => worker.terminate() };
}
