/** How the weights that a network keeps are shared out between its layers, where they do not compete for it. */
import type { Model, Parameter } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import type { Recipe } from '../recipe/schema.ts';

/** Scopes under which the layers' counts follow from the layers' shapes alone. */
export type SharingScope = Exclude<Recipe['pruning']['scope'], 'layerwise' | 'global'>;

/** Share of the last layer that a smart ratio keeps (Su et al. 2020, §4). */
const SMART_OUTPUT = 0.3;

/**
 * Counts by prunable parameter, of `total` weights altogether and in no layer more than are `present`; what does not
 * fit one layer goes to the others in proportion.
 */
export function shareOut(
  scope: SharingScope,
  model: Model,
  total: number,
  present: Readonly<Record<string, number>>,
): Record<string, number> {
  const parameters = prunableParameters(model);
  const room = (some: readonly Parameter[]): number[] => some.map(({ name }) => present[name]);
  if (scope !== 'smart-ratio') return named(parameters, fit(total, parameters.map(weightOf[scope]), room(parameters)));
  // Su et al. 2020: density of layer l of L in proportion to (L − l + 1)² + (L − l + 1), but for the last layer.
  const last = parameters[parameters.length - 1];
  const others = parameters.slice(0, -1);
  const wanted = Math.min(total, present[last.name], Math.floor(SMART_OUTPUT * last.size + 0.5));
  const left = others.reduce((sum, { name }) => sum + present[name], 0);
  const output = Math.max(wanted, total - left);
  const rank = (index: number): number => parameters.length - index;
  const weights = others.map(({ size }, index) => size * (rank(index) * rank(index) + rank(index)));
  return { ...named(others, fit(total - output, weights, room(others))), [last.name]: output };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** What a layer's count is in proportion to. A dense weight is [out][in], a convolution's [out][height][width][in]. */
const weightOf: Readonly<Record<Exclude<SharingScope, 'smart-ratio'>, (parameter: Parameter) => number>> = {
  uniform: ({ size }) => size,
  // Density in proportion to (in + out)/(in × out) (Mocanu et al. 2018, eq. 3).
  'erdos-renyi': ({ shape, size }) => (size * (shape[0] + shape[shape.length - 1])) / (shape[0] * shape[shape.length - 1]),
  // … to (in + out + height + width)/(in × out × height × width) (Evci et al. 2020, §3).
  'erdos-renyi-kernel': ({ shape }) => sumOf(shape),
};

const named = (parameters: readonly Parameter[], counts: readonly number[]): Record<string, number> =>
  Object.fromEntries(parameters.map(({ name }, index) => [name, counts[index]]));

/** Whole counts in proportion to the weights, none above its room, summing to `total`; the largest remainders are rounded up. */
function fit(total: number, weights: readonly number[], room: readonly number[]): number[] {
  if (total > sumOf(room)) throw new RangeError(`cannot keep ${total} of ${sumOf(room)} weights`);
  const counts = room.map(() => 0);
  let open = room.map((_, index) => index);
  let rest = total;
  for (;;) {
    const scale = rest / sumOf(open.map((index) => weights[index]));
    const full = open.filter((index) => weights[index] * scale >= room[index]);
    if (full.length === 0) {
      for (const index of open) counts[index] = weights[index] * scale;
      break;
    }
    for (const index of full) counts[index] = room[index];
    rest -= sumOf(full.map((index) => room[index]));
    open = open.filter((index) => !full.includes(index));
    if (open.length === 0) break;
  }
  const whole = counts.map(Math.floor);
  const byRemainder = counts.map((_, index) => index).sort((one, other) => counts[other] - whole[other] - (counts[one] - whole[one]));
  for (const index of byRemainder.filter((at) => whole[at] < room[at]).slice(0, total - sumOf(whole))) whole[index]++;
  return whole;
}
