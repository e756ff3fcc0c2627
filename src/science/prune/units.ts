/**
 * Pruning whole hidden units, whose weights in and out go together (Li et al. 2017), and whole inputs. A unit or an input
 * scores the mean of its weights' scores, which under magnitude orders a layer as the ℓ1 norm of Li et al. 2017, §3.1 does.
 */
import type { Model } from '../../models/model.ts';
import { permutation } from '../../numerics/streams.ts';
import { bitsWhere, countBits, getBit, type Bits, type Mask } from '../mask.ts';
import type { Grouping } from './grouping.ts';
import { matrices, roundLeaves, type Dense } from './structure-counts.ts';
import { keepTop } from './top.ts';

/** Which inputs (columns) of a matrix have a weight left. */
const usedInputs = ({ weight, units, inputs }: Dense, mask: Mask): Bits =>
  bitsWhere(inputs, (input) => anyOf(units, (unit) => getBit(mask[weight], unit * inputs + input)));

/** Which units (rows) of a matrix have a weight left. */
const usedUnits = ({ weight, units, inputs }: Dense, mask: Mask): Bits =>
  bitsWhere(units, (unit) => anyOf(inputs, (input) => getBit(mask[weight], unit * inputs + input)));

function anyOf(count: number, holds: (index: number) => boolean): boolean {
  for (let index = 0; index < count; index++) if (holds(index)) return true;
  return false;
}

/** Units of every hidden layer that have weights in and out; the units of the last layer are the classes and always stay. */
export function keptUnits(model: Model, mask: Mask): readonly Bits[] {
  const layers = matrices(model);
  return layers.slice(0, -1).map((layer, index) => {
    const [fed, read] = [usedUnits(layer, mask), usedInputs(layers[index + 1], mask)];
    return bitsWhere(layer.units, (unit) => getBit(fed, unit) && getBit(read, unit));
  });
}

/** Mean score of the present weights at `places`; 0 where there is none. */
function meanScore(scores: Float32Array, present: Bits, places: Iterable<number>): number {
  let [sum, count] = [0, 0];
  for (const place of places) {
    if (!getBit(present, place)) continue;
    sum += scores[place];
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

function* everyPlace(count: number, place: (index: number) => number): Generator<number> {
  for (let index = 0; index < count; index++) yield place(index);
}

/** What a mask leaves of every matrix when only these units and inputs stay. */
function within(model: Model, mask: Mask, units: readonly Bits[], inputs: Bits | null): Mask {
  const layers = matrices(model);
  return Object.fromEntries(
    layers.map(({ weight, inputs: width }, index) => {
      const rows = units.at(index) ?? null;
      const columns = index === 0 ? inputs : (units.at(index - 1) ?? null);
      return [
        weight,
        bitsWhere(
          mask[weight].size,
          (at) =>
            getBit(mask[weight], at) &&
            (rows === null || getBit(rows, Math.floor(at / width))) &&
            (columns === null || getBit(columns, at % width)),
        ),
      ];
    }),
  );
}

export const neurons: Grouping = {
  paper: 'Li et al. 2017, §3.1',
  formula: 'a unit scores the mean of s over its weights in; its weights in and out go together',
  cut: (round) => {
    const { model, from, scores, ties } = round;
    const layers = matrices(model);
    const units = keptUnits(model, from).map((present, index) => {
      const { name, weight, inputs } = layers[index];
      const score = (unit: number): number =>
        meanScore(
          scores[weight],
          from[weight],
          everyPlace(inputs, (input) => unit * inputs + input),
        );
      const contender = { scores: Float32Array.from({ length: present.size }, (_, unit) => score(unit)), present };
      return keepTop([contender], Math.min(countBits(present), roundLeaves(round.plan, round.level, countBits(present))), ties(name))[0];
    });
    return within(model, from, units, null);
  },
  shuffle: (model, mask, source) => {
    const layers = matrices(model);
    const orders = keptUnits(model, mask).map(({ size }, index) => permutation(source(layers[index].name), size));
    return rearranged(model, mask, orders, null);
  },
};

export const inputs: Grouping = {
  paper: 'Vischer et al. 2022, §5',
  formula: 'an input scores the mean of s over its weights out',
  cut: (round) => {
    const { model, from, scores, ties } = round;
    const [first] = matrices(model);
    const present = usedInputs(first, from);
    const score = (input: number): number =>
      meanScore(
        scores[first.weight],
        from[first.weight],
        everyPlace(first.units, (unit) => unit * first.inputs + input),
      );
    const contender = { scores: Float32Array.from({ length: present.size }, (_, input) => score(input)), present };
    const kept = keepTop(
      [contender],
      Math.min(countBits(present), roundLeaves(round.plan, round.level, countBits(present))),
      ties(first.name),
    )[0];
    return { ...from, [first.weight]: within(model, from, [], kept)[first.weight] };
  },
  shuffle: (model, mask, source) => {
    const [first] = matrices(model);
    return rearranged(model, mask, [], permutation(source(first.name), first.inputs));
  },
};

/** A mask whose unit u of hidden layer l is what unit orders[l][u] was, and input i what inputOrder[i] was. */
function rearranged(model: Model, mask: Mask, orders: readonly Uint32Array[], inputOrder: Uint32Array | null): Mask {
  return Object.fromEntries(
    matrices(model).map(({ weight, inputs: width }, index) => {
      const rows = orders.at(index) ?? null;
      const columns = index === 0 ? inputOrder : (orders.at(index - 1) ?? null);
      const was = (at: number): number => {
        const [row, column] = [Math.floor(at / width), at % width];
        return (rows === null ? row : rows[row]) * width + (columns === null ? column : columns[column]);
      };
      return [weight, bitsWhere(mask[weight].size, (at) => getBit(mask[weight], was(at)))];
    }),
  );
}
