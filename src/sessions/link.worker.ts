/** Reads one link, away from the page: what a link asks for is bounded, but a page must not wait even for that. */
import { LabError } from '../science/errors.ts';
import { decodeLink, sessionOf, type SharedSession } from './link.ts';
import type { Session } from './session.ts';

/** What a link holds, and the session with its branches and no runs. */
export interface OpenedLink {
  readonly shared: SharedSession;
  readonly session: Session;
}

export type LinkReply =
  /** The link is here: from now on its reading takes time. */
  | { readonly begun: true }
  | { readonly opened: OpenedLink }
  /** `subject`: of a LabError; null where the fault is ours. */
  | { readonly failure: { readonly message: string; readonly subject: string | null } };

const reply = (message: LinkReply): void => self.postMessage(message);

async function read(hash: string): Promise<void> {
  reply({ begun: true });
  try {
    const shared = await decodeLink(hash);
    reply({ opened: { shared, session: sessionOf(shared) } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({ failure: { message, subject: error instanceof LabError ? error.subject : null } });
  }
}

addEventListener('message', ({ data }: MessageEvent<string>) => void read(data), { once: true });
