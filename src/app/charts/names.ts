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

/** Of things along a line, first come first served, those that stand more than `gap` apart. */
export function roomFor<Thing>(things: readonly Thing[], at: (thing: Thing) => number, gap: number): Thing[] {
  const placed: Thing[] = [];
  for (const thing of things) if (placed.every((other) => Math.abs(at(other) - at(thing)) > gap)) placed.push(thing);
  return placed;
}

/** The text, or as much of its beginning and its end as fits with an ellipsis between: what tells names apart is often at the end. */
export function elide(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const letters = Array.from(text);
  const shortened = (kept: number): string => {
    const head = Math.ceil(kept / 2);
    const tail = letters.length - (kept - head);
    return `${letters.slice(0, head).join('').trimEnd()}…${letters.slice(tail).join('').trimStart()}`;
  };
  // To measure a text takes long, and there may be a hundred names: halving finds the longest in a few tries.
  let fitting = 0;
  for (let tooMany = letters.length; tooMany - fitting > 1;) {
    const kept = (fitting + tooMany) >> 1;
    if (fits(shortened(kept))) fitting = kept;
    else tooMany = kept;
  }
  return shortened(fitting);
}

let pen: CanvasRenderingContext2D | null = null;

/** The font in which `element` writes what is marked, which is bold. Asked in the middle of a change, browsers style all of it at once. */
export function fontOf(element: Element): string {
  const { fontSize, fontFamily } = getComputedStyle(element);
  return `600 ${fontSize} ${fontFamily}`;
}

/** Whether a text takes at most `room` pixels in a font. */
export function fitsIn(font: string, room: number): (text: string) => boolean {
  pen ??= document.createElement('canvas').getContext('2d');
  return (text) => {
    if (pen === null) return true;
    pen.font = font;
    return pen.measureText(text).width <= room;
  };
}
