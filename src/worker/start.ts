/**
 * Starts a web worker by a few lines of text that load its module. A worker made of text inherits the page's
 * content-security policy, on every host; one made of a file has only the policy that its host sends with the file. And
 * the same lines let the page see every worker end, however it ends.
 */
import { WorkerGone } from './gone.ts';

export interface Started {
  readonly worker: Worker;
  /** Aborts when the worker dies, a `WorkerGone` its reason. */
  readonly gone: AbortSignal;
  readonly end: () => void;
}

/** Between two signs of life. */
const BEAT_MS = 5000;
/** Signs that may stay out in a row: compiling a graphics program or a network's first step can block a worker for long. */
const BEATS_MISSED = 12;

/** What the worker's first lines tell the page, before anybody else hears of it. */
interface Sign {
  readonly labLife: 'locked' | 'beat';
}

const isSign = (data: unknown): data is Sign => typeof data === 'object' && data !== null && 'labLife' in data;

/**
 * The worker holds a lock for as long as it lives, or gives signs of life where it may not have one (pages without a secure
 * address, frames in a sandbox). The module loads after that: a worker that it ends before would be missed by nobody.
 * Messages that come earlier wait for it. It is a classic script, since Chromium starts no module of text in a sandbox.
 */
const firstLines = (module: string, lock: string): string => `
const early = [];
const wait = (event) => early.push(event);
addEventListener('message', wait);
const live = (labLife) => {
  postMessage({ labLife });
  import(${JSON.stringify(module)}).then(() => {
    removeEventListener('message', wait);
    for (const { data, ports } of early) dispatchEvent(new MessageEvent('message', { data, ports }));
  }, reportError);
};
const beat = () => {
  live('beat');
  setInterval(() => postMessage({ labLife: 'beat' }), ${BEAT_MS});
};
try {
  navigator.locks.request(${JSON.stringify(lock)}, () => (live('locked'), new Promise(() => {}))).catch(beat);
} catch {
  beat();
}
`;

/** `module`: the address of its script. */
export function startWorker(module: string, name: string): Started {
  const lock = `${name}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
  const text = URL.createObjectURL(new Blob([firstLines(module, lock)], { type: 'text/javascript' }));
  const worker = new Worker(text, { name });
  const death = new AbortController();
  const die = (reason: string): void => death.abort(new WorkerGone(reason));
  let missed = 0;
  // Counted, not timed: while the page sleeps, both do.
  const watch = setInterval(() => ++missed > BEATS_MISSED && die('it does not answer'), BEAT_MS);
  worker.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (!isSign(event.data)) return;
    event.stopImmediatePropagation();
    missed = 0;
    if (event.data.labLife !== 'locked') return;
    clearInterval(watch);
    // The lock is granted when the worker lets go of it, which it never does while it lives.
    void navigator.locks.request(lock, () => die('it ended by itself'));
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    die(event.message);
  });
  const end = (): void => {
    clearInterval(watch);
    worker.terminate();
    URL.revokeObjectURL(text);
  };
  return { worker, gone: death.signal, end };
}
