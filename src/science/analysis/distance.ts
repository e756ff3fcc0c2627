/** How far training carries the kept weights from where they started. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { getBit, type Mask } from '../mask.ts';
import type { Tensors } from '../tensors.ts';

export interface Distance {
  /** Null: all prunable parameters together. */
  readonly parameter: string | null;
  /** ‖θ_T − θ_0‖₂ over the kept weights. */
  readonly length: number;
  /** Divided by ‖θ_0‖₂ of the same weights; null where that is zero. */
  readonly relative: number | null;
}

/** One a prunable parameter, in canonical order, and one of all together last (Frankle et al. 2020, appendix). */
export function distances(model: Model, mask: Mask, start: Tensors, final: Tensors): Distance[] {
  const squares = prunableParameters(model).map(({ name, size }) => {
    let [moved, norm] = [0, 0];
    for (let index = 0; index < size; index++) {
      if (!getBit(mask[name], index)) continue;
      const way = final[name][index] - start[name][index];
      moved += way * way;
      norm += start[name][index] * start[name][index];
    }
    return { parameter: name, moved, norm };
  });
  const sum = (of: (one: (typeof squares)[number]) => number): number => squares.reduce((total, one) => total + of(one), 0);
  return [...squares, { parameter: null, moved: sum(({ moved }) => moved), norm: sum(({ norm }) => norm) }].map(
    ({ parameter, moved, norm }) => ({ parameter, length: Math.sqrt(moved), relative: norm === 0 ? null : Math.sqrt(moved / norm) }),
  );
}
