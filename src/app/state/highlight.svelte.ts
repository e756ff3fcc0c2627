/** What is pointed at or focused anywhere, an arm, a level, a seed or a branch, is marked everywhere. */
import type { Arm } from '../../science/recipe/schema.ts';

export interface Mark {
  readonly arm?: Arm | null;
  readonly level?: number | null;
  readonly seed?: number | null;
  /** Of a level or arm: in which branch; null: in whichever is shown. */
  readonly branch?: string | null;
}

export class Highlight {
  arm = $state<Arm | null>(null);
  level = $state<number | null>(null);
  seed = $state<number | null>(null);
  branch = $state<string | null>(null);

  set({ arm = null, level = null, seed = null, branch = null }: Mark): void {
    this.arm = arm;
    this.level = level;
    this.seed = seed;
    this.branch = branch;
  }

  clear(): void {
    this.set({});
  }

  /** Whether all that a thing stands for is what is marked, and something is. */
  marks({ arm = null, level = null, seed = null, branch = null }: Mark): boolean {
    const pairs = [
      [this.arm, arm],
      [this.level, level],
      [this.seed, seed],
      [this.branch, branch],
    ].filter(([marked, own]) => marked !== null && own !== null);
    return pairs.length > 0 && pairs.every(([marked, own]) => marked === own);
  }

  /** Whether another arm, seed or branch is marked, so that this one steps back. */
  dims({ arm = null, seed = null, branch = null }: Mark): boolean {
    const pairs = [
      [this.arm, arm],
      [this.seed, seed],
      [this.branch, branch],
    ];
    return pairs.some(([marked, own]) => marked !== null && own !== null && marked !== own);
  }

  /** Attributes of an element that stands for something: pointing at it or focusing it marks it. */
  over(mark: Mark): { onpointerenter: () => void; onpointerleave: () => void; onfocusin: () => void; onfocusout: () => void } {
    const set = (): void => this.set(mark);
    const clear = (): void => this.clear();
    return { onpointerenter: set, onpointerleave: clear, onfocusin: set, onfocusout: clear };
  }
}
