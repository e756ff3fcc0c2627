/** Outcomes that are what their results say. Whoever reads one, from a database, an archive or a folder, checks it here. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { density } from '../science/mask.ts';
import type { RunOutcome } from '../science/run.ts';
import type { Snapshot } from '../science/tensors.ts';
import { sha256Of } from './digest.ts';
import { Turns } from './turns.ts';

/** Weights that are worked through between two looks at the clock. */
const CHUNK = 2 ** 14;

/**
 * The outcome, once its final weights hash to its fingerprint and its mask keeps the share that it tells. Rejects with a
 * LabError, whose subject is `source`, where they do not: such an outcome is as good as none. Snapshots kept on the way
 * are in no fingerprint; the checksum of the record that holds them is all that speaks for them.
 */
export async function verified(outcome: RunOutcome, source: string): Promise<RunOutcome> {
  const { result, mask, final } = outcome;
  if (density(mask) !== result.density || (await fingerprintOf(final)) !== result.fingerprint)
    throw new LabError(m.sessions_outcome_corrupt({ source, reason: m.sessions_outcome_fingerprint() }), source);
  return outcome;
}

/** What science/fingerprint.ts works out, of tensors that stand in canonical order already, without holding up the page. */
async function fingerprintOf({ parameters, buffers }: Snapshot): Promise<string> {
  const tensors = [...Object.values(parameters), ...Object.values(buffers)];
  const bytes = new Uint8Array(tensors.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const view = new DataView(bytes.buffer);
  const turns = new Turns();
  let at = 0;
  for (const values of tensors) {
    for (let index = 0; index < values.length; index++, at += 4) {
      if (index % CHUNK === 0) await turns.next();
      // Adding +0 turns −0 into +0 and leaves every other value as it is.
      view.setFloat32(at, values[index] + 0, true);
    }
  }
  return bytesToHex(await sha256Of(bytes));
}
