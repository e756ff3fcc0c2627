/**
 * A drawing as the data set would hold it. MNIST's digits were scaled to fit a box of 20 × 20 pixels, shape kept, and put
 * into 28 × 28 with their centre of mass in the middle (LeCun et al. 1998); the other sets fill their frame. Strokes are
 * lines until the last moment, so that scaling and moving them blurs nothing.
 */
import type { Shape } from '../../../../models/model.ts';

/** Shares of the pad's side, 0..1, from the left and from the top. */
export interface PadPoint {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly PadPoint[];

export interface Framing {
  /** Share of the frame that the drawing's longer side fills. */
  readonly box: number;
  /** Width of the pen, in pixels of the data set. */
  readonly pen: number;
}

export const framingFor = (dataset: string, { height, width }: Shape): Framing => ({
  box: dataset === 'mnist' ? 20 / 28 : 1,
  pen: Math.max(2, 0.085 * Math.min(height, width)),
});

/** Points of a pixel along each side that are looked at. */
const SAMPLES = 4;
/** Smallest longer side that is scaled up to fill the box: a dot stays a dot. */
const LEAST = 0.08;

/** Pixels [height][width], 0..`full`, of strokes framed as their data set does. */
export function pixelsOf(strokes: readonly Stroke[], { height, width }: Shape, full: number, framing: Framing): Uint8Array {
  const points = strokes.flat();
  if (points.length === 0) return new Uint8Array(height * width);
  const [left, right] = extent(points.map(({ x }) => x));
  const [top, bottom] = extent(points.map(({ y }) => y));
  const scale = (framing.box * Math.min(height, width) - framing.pen) / Math.max(LEAST, right - left, bottom - top);
  const placed = (dx: number, dy: number): Stroke[] =>
    strokes.map((stroke) =>
      stroke.map(({ x, y }) => ({
        x: width / 2 + dx + (x - (left + right) / 2) * scale,
        y: height / 2 + dy + (y - (top + bottom) / 2) * scale,
      })),
    );

  const middled = coverage(placed(0, 0), height, width, framing.pen);
  const mass = centreOfMass(middled, width);
  // Nothing is pushed over the edge for the sake of its centre.
  const room = (side: number, low: number, high: number): number => Math.max(0, (side - (high - low) * scale - framing.pen) / 2);
  const within = (shift: number, most: number): number => Math.max(-most, Math.min(most, shift));
  const dx = within(width / 2 - mass.x, room(width, left, right));
  const dy = within(height / 2 - mass.y, room(height, top, bottom));
  return Uint8Array.from(coverage(placed(dx, dy), height, width, framing.pen), (share) => Math.round(share * full));
}

function extent(values: readonly number[]): readonly [low: number, high: number] {
  return [values.reduce((low, value) => Math.min(low, value), Infinity), values.reduce((high, value) => Math.max(high, value), -Infinity)];
}

/** Where the ink's weight lies, in pixels; the middle of the first pixel is 0.5. */
export function centreOfMass(pixels: ArrayLike<number>, width: number): PadPoint {
  let [sum, x, y] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at++) {
    sum += pixels[at];
    x += pixels[at] * ((at % width) + 0.5);
    y += pixels[at] * (Math.floor(at / width) + 0.5);
  }
  return sum === 0 ? { x: width / 2, y: pixels.length / width / 2 } : { x: x / sum, y: y / sum };
}

/** Share of each pixel under a round pen that follows the strokes; points in pixels. */
function coverage(strokes: readonly Stroke[], height: number, width: number, pen: number): Float32Array {
  const [rows, columns] = [height * SAMPLES, width * SAMPLES];
  const radius = (pen / 2) * SAMPLES;
  const inked = new Uint8Array(rows * columns);
  for (const stroke of strokes) stroke.forEach((to, index) => inkSegment(inked, rows, columns, stroke[Math.max(0, index - 1)], to, radius));
  const shares = new Float32Array(height * width);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++)
      shares[Math.floor(row / SAMPLES) * width + Math.floor(column / SAMPLES)] += inked[at] / SAMPLES ** 2;
  return shares;
}

function inkSegment(inked: Uint8Array, rows: number, columns: number, start: PadPoint, end: PadPoint, radius: number): void {
  const [x0, y0, x1, y1] = [start.x, start.y, end.x, end.y].map((value) => value * SAMPLES);
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const first = (value: number): number => Math.max(0, Math.floor(value - radius));
  for (let row = first(Math.min(y0, y1)); row < Math.min(rows, Math.max(y0, y1) + radius); row++)
    for (let column = first(Math.min(x0, x1)); column < Math.min(columns, Math.max(x0, x1) + radius); column++) {
      const [px, py] = [column + 0.5 - x0, row + 0.5 - y0];
      const along = length === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length));
      if ((px - along * dx) ** 2 + (py - along * dy) ** 2 <= radius * radius) inked[row * columns + column] = 1;
    }
}
