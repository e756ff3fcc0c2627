/** A network small enough to work out by hand: 2 inputs, 2 hidden units, 2 classes. */
import { mlp } from '../../../../src/models/mlp.ts';
import { bitsWhere, type Mask } from '../../../../src/science/mask.ts';

export const chain = mlp({ family: 'mlp', hidden: [2], activation: 'tanh' }, { height: 1, width: 2, channels: 1 }, 2);

/** From rows such as `['10', '01']`: one string an output unit, one digit an input. */
export const maskOf = (hidden: readonly string[], output: readonly string[]): Mask => {
  const bits = (rows: readonly string[]) => bitsWhere(rows.join('').length, (index) => rows.join('')[index] === '1');
  return { 'dense1/weight': bits(hidden), 'output/weight': bits(output) };
};
