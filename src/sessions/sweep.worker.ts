/** Sweeps the browser's storage once, away from the page, and ends. */
import { openShelves } from './shelves.ts';
import { sweep } from './sweep.ts';

export type SweepReply = { readonly done: true } | { readonly failure: string };

const reply = (message: SweepReply): void => self.postMessage(message);

sweep(openShelves(), Date.now()).then(
  () => reply({ done: true }),
  (error: unknown) => reply({ failure: error instanceof Error ? error.message : String(error) }),
);
