/** A chain of dense layers as a graph: where its units lie, which of them still matter, and which edges to draw. */
import type { Values } from '../../../../models/forward.ts';
import type { Model } from '../../../../models/model.ts';
import { getBit, type Mask } from '../../../../science/mask.ts';

export interface Column {
  /** `input`, or the dense layer. */
  readonly layer: string;
  readonly units: number;
  /** The layer whose output is what these units say: after the activation. */
  readonly output: string;
  /** Of the edges that come in; null for the inputs. */
  readonly weight: string | null;
}

/** From inputs to outputs; null where the network is no chain of dense layers and activations. */
export function columnsOf(model: Model): readonly Column[] | null {
  const columns: Column[] = [
    { layer: 'input', units: model.input.channels * model.input.height * model.input.width, output: 'input', weight: null },
  ];
  let last = 'input';
  for (const layer of model.layers) {
    if (layer.from.length !== 1 || layer.from[0] !== last) return null;
    last = layer.name;
    if (layer.kind === 'dense') columns.push({ layer: layer.name, units: layer.units, output: layer.name, weight: layer.weight });
    else if (layer.kind === 'relu' || layer.kind === 'tanh')
      columns[columns.length - 1] = { ...columns[columns.length - 1], output: layer.name };
    else return null;
  }
  return columns;
}

export interface Unit {
  readonly column: number;
  readonly unit: number;
}

/** Shares of the picture, 0..1, from the left and from the top. */
export function placeOf(columns: readonly Column[], { column, unit }: Unit): { readonly x: number; readonly y: number } {
  const { units } = columns[column];
  // Few units stand in the middle, never farther apart than a twelfth of the height.
  const step = Math.min(1 / 12, 1 / units);
  return { x: column / (columns.length - 1), y: 0.5 + (unit - (units - 1) / 2) * step };
}

/** The unit nearest to a place (pixels) within reach, in a picture of a size. */
export function unitAt(
  columns: readonly Column[],
  size: { width: number; height: number },
  x: number,
  y: number,
  reach: number,
): Unit | null {
  let [best, least] = [null as Unit | null, reach ** 2];
  columns.forEach(({ units }, column) => {
    for (let unit = 0; unit < units; unit++) {
      const place = placeOf(columns, { column, unit });
      const distance = (place.x * size.width - x) ** 2 + (place.y * size.height - y) ** 2;
      if (distance <= least) [best, least] = [{ column, unit }, distance];
    }
  });
  return best;
}

/** Kept edges into and out of a unit. */
export function degreesOf(
  columns: readonly Column[],
  mask: Mask,
  { column, unit }: Unit,
): { readonly reads: number; readonly readBy: number } {
  const count = (weight: string | null | undefined, size: number, at: (index: number) => number): number => {
    if (weight === null || weight === undefined) return 0;
    let sum = 0;
    for (let index = 0; index < size; index++) if (getBit(mask[weight], at(index))) sum++;
    return sum;
  };
  const inputs = column === 0 ? 0 : columns[column - 1].units;
  const outputs = column === columns.length - 1 ? 0 : columns[column + 1].units;
  return {
    reads: count(columns[column].weight, inputs, (input) => unit * inputs + input),
    readBy: count(columns[column + 1]?.weight, outputs, (output) => output * columns[column].units + unit),
  };
}

/**
 * By column and unit: whether a path of kept weights still leads from an input through the unit to an output. One that
 * is on none is dead: what it says is the same everywhere, or nobody hears it.
 */
export function aliveIn(columns: readonly Column[], mask: Mask): readonly Uint8Array[] {
  const fromInput = columns.map(({ units }) => new Uint8Array(units));
  const toOutput = columns.map(({ units }) => new Uint8Array(units));
  fromInput[0].fill(1);
  toOutput[columns.length - 1].fill(1);
  for (let column = 1; column < columns.length; column++)
    everyEdge(columns, mask, column, (input, unit) => (fromInput[column][unit] |= fromInput[column - 1][input]));
  for (let column = columns.length - 1; column > 0; column--)
    everyEdge(columns, mask, column, (input, unit) => (toOutput[column - 1][input] |= toOutput[column][unit]));
  return columns.map((_, column) => fromInput[column].map((reached, unit) => reached & toOutput[column][unit]));
}

/** Visits the kept edges into a column. */
function everyEdge(
  columns: readonly Column[],
  mask: Mask,
  column: number,
  visit: (input: number, unit: number, index: number) => void,
): void {
  const { weight, units } = columns[column];
  if (weight === null) return;
  const inputs = columns[column - 1].units;
  for (let unit = 0, index = 0; unit < units; unit++)
    for (let input = 0; input < inputs; input++, index++) if (getBit(mask[weight], index)) visit(input, unit, index);
}

/** Edges that are drawn alike, as [x0, y0, x1, y1] after another in shares of the picture. */
export interface Bundle {
  /** −1, 1; 0 where the weights are not known. */
  readonly sign: -1 | 0 | 1;
  /** 0..1: how large the weights are beside the layer's largest ones. */
  readonly size: number;
  readonly lines: readonly number[];
}

const SIZES = 6;

/** The kept edges, or those of `only` into or out of one unit, in bundles from small to large. */
export function bundles(columns: readonly Column[], mask: Mask, values: Values | null, only: Unit | null = null): Bundle[] {
  const lines = new Map<number, number[]>();
  for (let column = 1; column < columns.length; column++) {
    const weight = columns[column].weight ?? '';
    const weights = values?.[weight] ?? null;
    const full = weights === null ? 1 : fullSize(weights);
    everyEdge(columns, mask, column, (input, unit, index) => {
      if (only !== null && !((only.column === column && only.unit === unit) || (only.column === column - 1 && only.unit === input))) return;
      const size = weights === null ? SIZES / 2 : Math.min(SIZES, 1 + Math.floor((Math.abs(weights[index]) / full) * SIZES));
      const key = weights === null ? size : size * (weights[index] < 0 ? -1 : 1);
      const from = placeOf(columns, { column: column - 1, unit: input });
      const to = placeOf(columns, { column, unit });
      const bundle = lines.get(key) ?? [];
      bundle.push(from.x, from.y, to.x, to.y);
      lines.set(key, bundle);
    });
  }
  return [...lines]
    .sort(([one], [other]) => Math.abs(one) - Math.abs(other))
    .map(([key, bundle]) => ({ sign: values === null ? 0 : key < 0 ? -1 : 1, size: Math.abs(key) / SIZES, lines: bundle }));
}

/** Three times the root mean square of the weights that are not zero. */
function fullSize(weights: Float32Array): number {
  let [sum, count] = [0, 0];
  for (const weight of weights) {
    if (weight === 0) continue;
    sum += weight * weight;
    count++;
  }
  return count === 0 ? 1 : 3 * Math.sqrt(sum / count);
}

/** What one mask keeps and the next does not. */
export const cutBetween = (before: Mask, after: Mask): Mask =>
  Object.fromEntries(
    Object.entries(before).map(([name, { size, bytes }]) => [
      name,
      { size, bytes: bytes.map((byte, at) => byte & ~after[name].bytes[at]) },
    ]),
  );
