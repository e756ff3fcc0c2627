/** Outlines of equal bins as SVG paths. */

/** Where bins lie: side by side over the width, counts above the bottom line. */
export interface StepScale {
  readonly width: number;
  readonly bottom: number;
  readonly y: (count: number) => number;
}

type Counts = ArrayLike<number>;

/** From the axis over every bin and back to it. */
export const outline = (counts: Counts, scale: StepScale): string => `M0 ${scale.bottom}${steps(counts, scale)}V${scale.bottom}`;

/** The area between two outlines, the lower one first. */
export function ribbon(lower: Counts, upper: Counts, scale: StepScale): string {
  const each = scale.width / lower.length;
  let path = '';
  for (let bin = 0; bin < lower.length; bin++) {
    if (upper[bin] <= lower[bin]) continue;
    const [left, right] = [(bin * each).toFixed(1), ((bin + 1) * each).toFixed(1)];
    path += `M${left} ${scale.y(lower[bin]).toFixed(1)}V${scale.y(upper[bin]).toFixed(1)}H${right}V${scale.y(lower[bin]).toFixed(1)}Z`;
  }
  return path;
}

function steps(counts: Counts, { width, y }: StepScale): string {
  const each = width / counts.length;
  let path = '';
  for (let bin = 0; bin < counts.length; bin++) path += `V${y(counts[bin]).toFixed(1)}H${((bin + 1) * each).toFixed(1)}`;
  return path;
}
