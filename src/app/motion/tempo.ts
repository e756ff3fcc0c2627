/** Reads the tempo of motions from tokens.css, which is where the design keeps it; under reduced motion all times are 0 there. */
import type { Ease, Tempo } from './timeline.ts';

/** What the page's styles say at this moment. */
export function readTempo(root: Element): Tempo {
  const style = getComputedStyle(root);
  const duration = (name: string): number => milliseconds(style.getPropertyValue(`--duration-${name}`));
  return {
    mark: duration('prune-mark'),
    fall: duration('prune-fall'),
    settle: duration('prune-settle'),
    lift: duration('rewind-lift'),
    travel: duration('rewind-travel'),
    land: duration('rewind-land'),
    easeFall: easing(style.getPropertyValue('--ease-fall')),
    easeTravel: easing(style.getPropertyValue('--ease-travel')),
  };
}

/** Milliseconds that histogram bins take to the newest frame. */
export const readTrainFrame = (root: Element): number => milliseconds(getComputedStyle(root).getPropertyValue('--duration-train-frame'));

/** `350ms` or `.35s`, as a minifier prefers. */
export function milliseconds(css: string): number {
  const number = parseFloat(css);
  return css.trim().endsWith('ms') ? number : number * 1000;
}

/** The easing that `cubic-bezier(x1, y1, x2, y2)` names; anything else is linear. */
export function easing(css: string): Ease {
  const numbers = /^\s*cubic-bezier\((.+)\)\s*$/.exec(css)?.[1].split(',').map(Number) ?? [];
  if (numbers.length !== 4) return (share) => share;
  const [x1, y1, x2, y2] = numbers;
  const along = (a: number, b: number, t: number): number => 3 * (1 - t) * (1 - t) * t * a + 3 * (1 - t) * t * t * b + t * t * t;
  return (share) => {
    if (share <= 0 || share >= 1) return Math.min(1, Math.max(0, share));
    // Time runs forward along the curve: halving finds the place to a thousandth of a frame.
    let [low, high] = [0, 1];
    for (let halving = 0; halving < 24; halving++) {
      const middle = (low + high) / 2;
      if (along(x1, x2, middle) < share) low = middle;
      else high = middle;
    }
    return along(y1, y2, (low + high) / 2);
  };
}
