/**
 * SVG paths of straight pieces, broken where a point is null. They are all that is asked of d3's shapes, which bring
 * curves, pies and symbols along.
 */

export type Point = readonly [x: number, y: number];
/** Of a band: both ends of its height at `x`. */
export type Slice = readonly [x: number, low: number, high: number];

/** A point that stands alone is closed, so that round ends make it a dot. */
export const linePath = (points: readonly (Point | null)[]): string =>
  runsOf(points)
    .map((run) => through(run) + (run.length === 1 ? 'Z' : ''))
    .join('');

export const bandPath = (slices: readonly (Slice | null)[]): string =>
  runsOf(slices)
    .map((run) => {
      const there = run.map(([x, , high]): Point => [x, high]);
      const back = run.map(([x, low]): Point => [x, low]).reverse();
      return `${through([...there, ...back])}Z`;
    })
    .join('');

/** What stands between two nulls. */
function runsOf<Item>(items: readonly (Item | null)[]): Item[][] {
  const runs: Item[][] = [[]];
  for (const item of items) {
    if (item === null) runs.push([]);
    else runs[runs.length - 1].push(item);
  }
  return runs.filter(({ length }) => length > 0);
}

const through = (points: readonly Point[]): string => `M${points.map(([x, y]) => `${short(x)},${short(y)}`).join('L')}`;

/** No screen shows a thousandth of a pixel. */
const short = (pixels: number): number => Math.round(pixels * 1000) / 1000;
