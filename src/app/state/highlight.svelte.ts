/** What is pointed at or focused anywhere, an arm, a level or a seed, is marked everywhere. */
import type { Arm } from '../../science/recipe/schema.ts';

export interface Mark {
  readonly arm?: Arm | null;
  readonly level?: number | null;
  readonly seed?: number | null;
}

export class Highlight {
  arm = $state<Arm | null>(null);
  level = $state<number | null>(null);
  seed = $state<number | null>(null);

  set({ arm = null, level = null, seed = null }: Mark): void {
    this.arm = arm;
    this.level = level;
    this.seed = seed;
  }

  clear(): void {
    this.set({});
  }

  /** Whether all that a thing stands for is what is marked, and something is. */
  marks({ arm = null, level = null, seed = null }: Mark): boolean {
    const pairs = [
      [this.arm, arm],
      [this.level, level],
      [this.seed, seed],
    ].filter(([marked, own]) => marked !== null && own !== null);
    return pairs.length > 0 && pairs.every(([marked, own]) => marked === own);
  }

  /** Whether another arm or seed is marked, so that this one steps back. */
  dims({ arm = null, seed = null }: Mark): boolean {
    return (this.arm !== null && arm !== null && this.arm !== arm) || (this.seed !== null && seed !== null && this.seed !== seed);
  }

  /** Attributes of an element that stands for something: pointing at it or focusing it marks it. */
  over(mark: Mark): { onpointerenter: () => void; onpointerleave: () => void; onfocusin: () => void; onfocusout: () => void } {
    const set = (): void => this.set(mark);
    const clear = (): void => this.clear();
    return { onpointerenter: set, onpointerleave: clear, onfocusin: set, onfocusout: clear };
  }
}
