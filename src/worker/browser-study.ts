/** Studies runs in a worker of the page, which starts when it is first asked. */
import * as Comlink from 'comlink';
import type { Student, study } from './study.ts';

export function openStudy(): Student {
  let remote: Comlink.Remote<typeof study> | null = null;
  return async (request) => {
    remote ??= Comlink.wrap<typeof study>(new Worker(new URL('./study.worker.ts', import.meta.url), { type: 'module', name: 'study' }));
    return await remote(request);
  };
}
