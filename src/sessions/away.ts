/** What the page has done elsewhere: in workers that end with what they were made for. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { ask } from '../worker/ask.ts';
import type { LinkReply, OpenedLink } from './link.worker.ts';
import linkWorker from './link.worker.ts?worker&url';
import type { SweepReply } from './sweep.worker.ts';
import sweepWorker from './sweep.worker.ts?worker&url';

/** No link that the lab reads takes a tenth of it. */
const LINK_SECONDS = 10;

/** Reads the link of a hash, without `#`. Rejects with a LabError that says what is wrong with it, also where it takes too long. */
export async function readLink(hash: string, seconds = LINK_SECONDS): Promise<OpenedLink> {
  const patience = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const giveUp = (): void => patience.abort(new LabError(m.sessions_link_slow({ seconds }), 'link'));
  const hear = (reply: LinkReply, resolve: (opened: OpenedLink) => void): void => {
    // Not before: a worker may take long to come over a slow line.
    if ('begun' in reply) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, 1000 * seconds);
    } else if ('opened' in reply) resolve(reply.opened);
    else throw failed(reply.failure);
  };
  try {
    return await ask({ module: linkWorker, name: 'link', request: hash, hear, unwanted: patience.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** Deletes the weights of runs that no session holds any more (sweep.ts). */
export async function sweepAway(): Promise<void> {
  const hear = (reply: SweepReply, resolve: (done: true) => void): void => {
    if ('failure' in reply) throw new Error(reply.failure);
    resolve(reply.done);
  };
  await ask({ module: sweepWorker, name: 'sweep', hear });
}

const failed = ({ message, subject }: { readonly message: string; readonly subject: string | null }): Error =>
  subject === null ? new Error(message) : new LabError(message, subject);
