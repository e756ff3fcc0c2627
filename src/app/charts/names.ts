/** Names at line ends: which there is room for, where they stand, and how much of them. */
import { dodge } from './dodge.ts';

/** Pixels from one to the next. */
const GAP = 13;

interface Named {
  /** Of a branch beside the one that is shown. */
  readonly isBeside: boolean;
  /** Where its line ends. */
  readonly y: number;
}

/** The names with their places between `top` and `bottom`: those of the branch that is shown, and as many others as there is room for. */
export function placeNames<Line extends Named>(lines: readonly Line[], top: number, bottom: number): (Line & { readonly place: number })[] {
  const ordered = lines.toSorted((one, other) => Number(one.isBeside) - Number(other.isBeside));
  const own = ordered.filter(({ isBeside }) => !isBeside).length;
  const fitting = ordered.slice(0, Math.max(own, Math.floor((bottom - top) / GAP) + 1));
  const places = dodge(
    fitting.map(({ y }) => y),
    GAP,
    top,
    bottom,
  );
  return fitting.map((line, index) => ({ ...line, place: places[index] }));
}

/** The text, or as much of its beginning and its end as fits with an ellipsis between: what tells names apart is often at the end. */
export function elide(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const letters = Array.from(text);
  for (let kept = letters.length - 1; kept > 0; kept--) {
    const head = Math.ceil(kept / 2);
    const shorter = `${letters.slice(0, head).join('').trimEnd()}…${letters
      .slice(letters.length - (kept - head))
      .join('')
      .trimStart()}`;
    if (fits(shorter)) return shorter;
  }
  return '…';
}

let pen: CanvasRenderingContext2D | null = null;

/** Whether a text, written as `element` would write it, takes at most `room` pixels, also when it is marked, which is bold. */
export function fitsIn(element: Element, room: number): (text: string) => boolean {
  pen ??= document.createElement('canvas').getContext('2d');
  const { fontSize, fontFamily } = getComputedStyle(element);
  return (text) => {
    if (pen === null) return true;
    pen.font = `600 ${fontSize} ${fontFamily}`;
    return pen.measureText(text).width <= room;
  };
}
