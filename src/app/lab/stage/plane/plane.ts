/** The plane of a two-dimensional task, as the network sees it: its points, and a grid of questions over them. */
import { volume } from '../../../../models/model.ts';
import type { Recipe } from '../../../../science/recipe/schema.ts';
import { findDataset } from '../../../../tasks/catalogue.ts';
import { generate } from '../../../../tasks/generate.ts';
import { setFloats } from '../../../../tasks/inputs.ts';
import { splitFor } from '../../../../tasks/split.ts';

/** Cells along each side of a grid. */
export const SIDE = 64;
/** Examples drawn: more would hide what is under them. */
const TRAINING_SHOWN = 240;
const VALIDATION_SHOWN = 60;
/** Room around the outermost points, as a share of the half side. */
const MARGIN = 0.06;

export interface PlanePoint {
  /** Share of the side, 0..1, from the left and from the top. */
  readonly x: number;
  readonly y: number;
  readonly label: number;
  readonly isValidation: boolean;
}

export interface Plane {
  /** Middle and half of the side of a square around all points, in the network's inputs. */
  readonly middle: readonly [x: number, y: number];
  readonly half: number;
  /** In the order in which they are drawn. */
  readonly points: readonly PlanePoint[];
  readonly classes: number;
}

/** Whether a recipe's task is a plane of points made here. */
export function isPlane({ dataset }: Pick<Recipe['task'], 'dataset'>): boolean {
  const { input, files } = findDataset(dataset);
  return volume(input) === 2 && files.pool.length === 0;
}

/** The plane of a generated task, with some of a seed's training and validation points. */
export function planeOf(task: Omit<Recipe['task'], 'corrupt'>, seed: number): Plane {
  const dataset = findDataset(task.dataset);
  const { labels, points } = generate(task.dataset);
  const inputs = new Float32Array(points.length);
  setFloats(inputs, 0, points, dataset, task.normalise);

  const { middle, half } = squareAround(inputs);
  const { train, validation } = splitFor(task.dataset, task, seed);
  const place = (example: number, isValidation: boolean): PlanePoint => ({
    x: 0.5 + (inputs[2 * example] - middle[0]) / (2 * half),
    y: 0.5 - (inputs[2 * example + 1] - middle[1]) / (2 * half),
    label: labels[example],
    isValidation,
  });
  const training = [...train.subarray(0, TRAINING_SHOWN)].map((example) => place(example, false));
  const validating = [...validation.subarray(0, VALIDATION_SHOWN)].map((example) => place(example, true));
  return { middle, half, points: [...training, ...validating], classes: dataset.classes };
}

function squareAround(inputs: Float32Array): Pick<Plane, 'middle' | 'half'> {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  inputs.forEach((value, at) => {
    low[at % 2] = Math.min(low[at % 2], value);
    high[at % 2] = Math.max(high[at % 2], value);
  });
  const half = (Math.max(high[0] - low[0], high[1] - low[1]) / 2) * (1 + MARGIN);
  return { middle: [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2], half };
}

/** Middles of the cells `from`..`from + count`, row by row from the top left, as inputs: all x, then all y. */
export function cellInputs({ middle, half }: Pick<Plane, 'middle' | 'half'>, side: number, from: number, count: number): Float32Array {
  const inputs = new Float32Array(2 * count);
  const along = (cell: number): number => half * ((2 * cell + 1) / side - 1);
  for (let index = 0; index < count; index++) {
    const cell = from + index;
    inputs[index] = middle[0] + along(cell % side);
    inputs[count + index] = middle[1] - along(Math.floor(cell / side));
  }
  return inputs;
}
