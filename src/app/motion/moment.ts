/** A small network at a moment of its way into a level: as its parent left it, cut, on its way back. */
import { onTheWay, type Transition } from '../../science/analysis/transition.ts';
import { getBit, type Mask } from '../../science/mask.ts';
import type { Tensors } from '../../science/tensors.ts';
import type { Phase } from './timeline.ts';

/** What a level keeps once it is cut, and once the way back has begun: of a shuffled mask, other places. */
export const maskIn = (phase: Phase, { kept }: Transition, mask: Mask): Mask => (phase === 'prune' ? kept : mask);

/**
 * `before`: the parent's final weights; `travel`: how far the survivors are on their way, 0..1. Cut weights are 0. Null
 * where the network is too large to be drawn whole.
 */
export function weightsAt(phase: Phase, transition: Transition, mask: Mask, before: Tensors, travel: number): Tensors | null {
  const { start, lifted } = transition;
  if (start === null || lifted === null) return null;
  const present = maskIn(phase, transition, mask);
  return Object.fromEntries(
    Object.entries(phase === 'prune' ? before : lifted).map(([name, values]) => {
      const [bits, after] = [present[name] as Mask[string] | undefined, start[name]];
      const isAbsent = (index: number): boolean => bits !== undefined && !getBit(bits, index);
      return [name, values.map((value, index) => (isAbsent(index) ? 0 : onTheWay(value, after[index], travel)))];
    }),
  );
}
