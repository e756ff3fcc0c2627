/** Derivatives as differences, for what is compared with them. */
import type { Snapshot } from '../../src/science/tensors.ts';
import { toDoubles, type Doubles } from './reference.ts';

/** Parameters and running statistics of a network. */
export const doubles = ({ parameters, buffers }: Snapshot): Doubles => ({ ...toDoubles(parameters), ...toDoubles(buffers) });

/** Values moved `by` so much along a direction; what the direction does not name stays. */
export const moved = (values: Doubles, along: Doubles, by: number): Doubles =>
  Object.fromEntries(
    Object.entries(values).map(([name, all]) => [name, name in along ? all.map((value, index) => value + by * along[name][index]) : all]),
  );

/** How a function of the parameters changes with one of them. */
export function difference(values: Doubles, name: string, index: number, of: (values: Doubles) => number): number {
  const step = 1e-6;
  const shifted = (by: number): number => of({ ...values, [name]: values[name].with(index, values[name][index] + by) });
  return (shifted(step) - shifted(-step)) / (2 * step);
}
