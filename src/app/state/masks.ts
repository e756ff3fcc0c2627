/** The mask of a run along any branch, from wherever the lab has it: the album, a link, the notebook; a level 0 keeps everything. */
import { denseMask, type Mask } from '../../science/mask.ts';
import type { RunId } from '../../science/result.ts';
import { prunableParameters } from '../../models/model.ts';
import { isAlong } from '../../sessions/link/along.ts';
import { findRun } from '../../sessions/session.ts';
import type { Lab } from './lab.svelte.ts';

/** A link can name a network of any size: masks of a larger one are not made up for it. */
const MAX_BITS = 64_000_000;

export async function maskAtHand(lab: Lab, branchId: string, run: RunId): Promise<Mask | null> {
  if (run.level === 0) {
    const bits = prunableParameters(lab.model).reduce((sum, { size }) => sum + size, 0);
    return bits > MAX_BITS ? null : denseMask(lab.model);
  }
  const result = findRun(lab.session, branchId, run);
  const known = lab.album.find(result?.key ?? '')?.mask ?? sharedMask(lab, branchId, run);
  if (known !== undefined) return known;
  return result === undefined ? null : ((await lab.keeper.weights(lab.session).find(result.key))?.mask ?? null);
}

const sharedMask = ({ shared, session }: Lab, branchId: string, { seed, arm, level }: RunId): Mask | undefined =>
  arm === 'ticket' && shared !== null && isAlong(shared, session, branchId, level)
    ? shared.masks.find((one) => one.seed === seed && one.level === level)?.mask
    : undefined;
