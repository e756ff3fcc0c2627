/** How many of the kept weights still have the sign they started with. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { getBit, type Mask } from '../mask.ts';
import type { Tensors } from '../tensors.ts';

export interface SignAgreement {
  readonly parameter: string;
  /** Kept weights. */
  readonly kept: number;
  /** Of those, the share whose sign is the same before and after training, 0..1; zero is a sign of its own. 1 where none is kept. */
  readonly share: number;
}

/** One a prunable parameter, in canonical order (Zhou et al. 2019: the signs of the kept are what matters of an init). */
export function signAgreement(model: Model, mask: Mask, before: Tensors, after: Tensors): SignAgreement[] {
  return prunableParameters(model).map(({ name, size }) => {
    let [kept, same] = [0, 0];
    for (let index = 0; index < size; index++) {
      if (!getBit(mask[name], index)) continue;
      kept++;
      if (Math.sign(before[name][index]) === Math.sign(after[name][index])) same++;
    }
    return { parameter: name, kept, share: kept === 0 ? 1 : same / kept };
  });
}
