/** Sweeps the browser's storage once, away from the page, and ends. */
import { openGuests, openShelves } from './shelves.ts';
import { sweep, sweepGuests } from './sweep.ts';

export type SweepReply = { readonly done: true } | { readonly failure: string };

const reply = (message: SweepReply): void => self.postMessage(message);

async function sweepAll(): Promise<void> {
  const shelves = openShelves();
  await sweep(shelves, Date.now());
  await sweepGuests(shelves.library, openGuests());
}

sweepAll().then(
  () => reply({ done: true }),
  (error: unknown) => reply({ failure: error instanceof Error ? error.message : String(error) }),
);
