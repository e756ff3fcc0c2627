/** `lab store`: how much the store of outcomes takes, and making it smaller. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { OutcomeStore, StoreSize } from './outcomes.ts';

export const storeActions = ['size', 'prune'] as const;
export type StoreAction = (typeof storeActions)[number];

/** As they were typed; undefined where they were not. */
export interface PruneLimits {
  readonly olderThan: string | undefined;
  readonly downTo: string | undefined;
}

const DAY_MS = 86_400_000;
const MEGABYTE = 1e6;

/** What is to be printed. Rejects with a LabError that names the option at fault. */
export async function storeAction(action: StoreAction, store: OutcomeStore, { olderThan, downTo }: PruneLimits): Promise<string> {
  const { folder } = store;
  if (action === 'size') return m.cli_store_size({ folder, ...inWords(await store.size()) });
  if (olderThan === undefined && downTo === undefined) throw new LabError(m.cli_store_prune_what(), '--older-than');
  const gone = await store.prune({
    ...(olderThan === undefined ? {} : { usedBefore: Date.now() - DAY_MS * amountOf(olderThan, '--older-than') }),
    ...(downTo === undefined ? {} : { downTo: MEGABYTE * amountOf(downTo, '--down-to') }),
  });
  const left = inWords(await store.size());
  return m.cli_store_pruned({ folder, gone: gone.outcomes, freed: inWords(gone).megabytes, ...left });
}

const inWords = ({ outcomes, bytes }: StoreSize) => ({ outcomes, megabytes: (bytes / MEGABYTE).toFixed(1) });

function amountOf(text: string, option: string): number {
  const amount = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(amount) || amount < 0) throw new LabError(m.cli_no_amount({ option }), option);
  return amount;
}
