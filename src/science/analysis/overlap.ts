/** How much of two masks is the same. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { countBits, type Mask } from '../mask.ts';

export interface Overlap {
  readonly parameter: string;
  /** Of the weights that the sparser mask keeps, the share that the other keeps, too; 0..1. 1 where the sparser keeps none. */
  readonly share: number;
  /** What two random masks of these densities would share: the denser one's density. */
  readonly chance: number;
}

/** One a prunable parameter, in canonical order. */
export function overlaps(model: Model, one: Mask, other: Mask): Overlap[] {
  return prunableParameters(model).map(({ name, size }) => {
    const [a, b] = [one[name], other[name]];
    const counts = [countBits(a), countBits(b)];
    const both = countBits({ size, bytes: a.bytes.map((byte, index) => byte & b.bytes[index]) });
    const fewer = Math.min(...counts);
    return { parameter: name, share: fewer === 0 ? 1 : both / fewer, chance: Math.max(...counts) / size };
  });
}
