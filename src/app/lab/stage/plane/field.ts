/** What a network, or one of its units, says all over a plane, worked out block by block. */
import { activations, softmax, type Values } from '../../../../models/forward.ts';
import { parametersOf, type Model } from '../../../../models/model.ts';
import type { Sliceable } from '../../../slices.ts';
import { cellInputs, SIDE, type Plane } from './plane.ts';

/** Multiplications of a block: a few milliseconds of them. */
const BLOCK_WORK = 2_000_000;

/** One value a cell, SIDE × SIDE, row by row from the top left. */
export type Field = Float32Array;

/** Reads what is wanted from the outputs of a block of cells, each [feature][cell]. */
type Read = (outputs: Values, cells: number, cell: number) => number;

function* overCells(
  model: Model,
  values: Values,
  plane: Plane,
  prepare: (outputs: Values, cells: number) => Values,
  read: Read,
): Sliceable<Field> {
  const field = new Float32Array(SIDE * SIDE);
  const block = Math.min(field.length, Math.max(SIDE, Math.floor(BLOCK_WORK / parametersOf(model))));
  for (let from = 0; from < field.length; from += block) {
    const cells = Math.min(block, field.length - from);
    const outputs = prepare(activations(model, values, cellInputs(plane, SIDE, from, cells), cells), cells);
    for (let cell = 0; cell < cells; cell++) field[from + cell] = read(outputs, cells, cell);
    yield;
  }
  return field;
}

/**
 * How sure the network is and of what. Two classes: probability of the second minus that of the first, −1..1.
 * More: the highest probability minus the one after it, 0..1.
 */
export function decisions(model: Model, values: Values, plane: Plane): Sliceable<Field> {
  const { name } = model.layers[model.layers.length - 1];
  return overCells(
    model,
    values,
    plane,
    (outputs, cells) => ({ shares: softmax(outputs[name], cells) }),
    plane.classes === 2
      ? ({ shares }, cells, cell) => shares[cells + cell] - shares[cell]
      : ({ shares }, cells, cell) => lead(shares, cells, cell),
  );
}

/** The highest share of a cell minus the one after it. */
function lead(shares: Float32Array, cells: number, cell: number): number {
  let [first, second] = [0, 0];
  for (let at = cell; at < shares.length; at += cells) {
    if (shares[at] > first) [first, second] = [shares[at], first];
    else if (shares[at] > second) second = shares[at];
  }
  return first - second;
}

/** What one unit of a layer puts out. */
export const responses = (model: Model, values: Values, plane: Plane, layer: string, unit: number): Sliceable<Field> =>
  overCells(
    model,
    values,
    plane,
    (outputs) => outputs,
    (outputs, cells, cell) => outputs[layer][unit * cells + cell],
  );

/** Colours of a field as an image's bytes (RGBA). */
export type Shade = (value: number) => readonly [colour: readonly number[], opacity: number];

export function shaded(field: Field, shade: Shade): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(4 * field.length);
  field.forEach((value, cell) => {
    const [colour, opacity] = shade(value);
    for (let channel = 0; channel < 3; channel++) bytes[4 * cell + channel] = colour[channel];
    bytes[4 * cell + 3] = 255 * opacity;
  });
  return bytes;
}

/** Full colour is kept back: points and lines lie on top. */
const MOST = 0.56;

/**
 * A signed quantity in the colours that sign has everywhere: violet below zero, ochre above, paper at zero. Of a decision
 * between two classes the sign is that of the log-odds, so that no hue has to stand for a class; the points say which
 * is which by being ink or paper, which also holds without colour.
 */
export const bySign =
  (negative: readonly number[], positive: readonly number[], most: number): Shade =>
  (value) => [value < 0 ? negative : positive, MOST * Math.min(1, Math.abs(value) / most)];

/** Decisions between more classes than there are signs: ink where the network wavers, which draws the borders. */
export const byDoubt =
  (ink: readonly number[]): Shade =>
  (value) => [ink, 0.6 * (1 - value) ** 2];
