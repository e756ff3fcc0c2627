/** The weights of a small network at a moment of its way into a level: as its parent left them, cut, on their way back. */
import { onTheWay, type Transition } from '../../science/analysis/transition.ts';
import { getBit, type Mask } from '../../science/mask.ts';
import type { Tensors } from '../../science/tensors.ts';

/**
 * `before`: the parent's final weights; `travel`: how far the survivors are on their way, 0..1. Cut weights are 0. Null
 * where the network is too large to be drawn whole.
 */
export function weightsAt({ start }: Transition, mask: Mask, before: Tensors, travel: number): Tensors | null {
  if (start === null) return null;
  return Object.fromEntries(
    Object.entries(before).map(([name, values]) => {
      const [bits, after] = [mask[name] as Mask[string] | undefined, start[name]];
      const isAbsent = (index: number): boolean => bits !== undefined && !getBit(bits, index);
      return [name, values.map((value, index) => (isAbsent(index) ? 0 : onTheWay(value, after[index], travel)))];
    }),
  );
}
