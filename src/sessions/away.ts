/** What the page has done elsewhere: in workers that end with what they were made for. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { LinkReply, OpenedLink } from './link.worker.ts';
import type { SweepReply } from './sweep.worker.ts';

/** No link that the lab reads takes a tenth of it. */
const LINK_SECONDS = 10;

/** Reads the link of a hash, without `#`. Rejects with a LabError that says what is wrong with it, also where it takes too long. */
export async function readLink(hash: string, seconds = LINK_SECONDS): Promise<OpenedLink> {
  const worker = new Worker(new URL('./link.worker.ts', import.meta.url), { type: 'module', name: 'link' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<OpenedLink>((resolve, reject) => {
      const giveUp = (): void => reject(new LabError(m.sessions_link_slow({ seconds }), 'link'));
      worker.addEventListener('message', ({ data }: MessageEvent<LinkReply>) => {
        // Not before: a worker may take long to come over a slow line.
        if ('begun' in data) timer = setTimeout(giveUp, 1000 * seconds);
        else if ('opened' in data) resolve(data.opened);
        else reject(failed(data.failure));
      });
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      worker.postMessage(hash);
    });
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}

/** Deletes the weights of runs that no session holds any more (sweep.ts). */
export async function sweepAway(): Promise<void> {
  const worker = new Worker(new URL('./sweep.worker.ts', import.meta.url), { type: 'module', name: 'sweep' });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<SweepReply>) => {
        if ('failure' in data) reject(new Error(data.failure));
        else resolve();
      });
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    });
  } finally {
    worker.terminate();
  }
}

const failed = ({ message, subject }: { readonly message: string; readonly subject: string | null }): Error =>
  subject === null ? new Error(message) : new LabError(message, subject);
