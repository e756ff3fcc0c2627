/**
 * How much of what goes together a level leaves, known before anything trains: units and inputs by the recipe's rate, of
 * every block one weight less a level.
 */
import type { Layer, Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { baseLevel, ownerOf, parentLevel, recipeAt, type Plan } from '../plan.ts';
import { ByLevel } from './by-level.ts';
import { keptAfterRounds } from './rounds.ts';

/** Weights by prunable parameter that a level keeps of those (`before`) that its parent is known to keep. */
export function structuredCounts(
  plan: Plan,
  model: Model,
  level: number,
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  const { structure } = recipeAt(plan, level).pruning;
  return structure === 'blocks' ? inBlocks(plan, model, level, before) : rescaled(plan, model, level, before);
}

export type Dense = Extract<Layer, { kind: 'dense' }>;

/** The weight matrices of a network, input side first; a unit of one is an input of the next. */
export const matrices = (model: Model): readonly Dense[] => model.layers.filter((layer): layer is Dense => layer.kind === 'dense');

/** At least one of them stays, or nothing would reach the classes. */
export const roundLeaves = (plan: Plan, level: number, kept: number): number =>
  Math.max(1, keptAfterRounds(plan, level, kept, recipeAt(plan, level).pruning.rate));

/** N of N:M at a level: one less than M a level, and never none. */
export const leftInBlock = (plan: Plan, level: number): number =>
  Math.max(1, recipeAt(plan, level).pruning.blockSize - (level - baseLevel(ownerOf(plan, level))));

function inBlocks(plan: Plan, model: Model, level: number, before: Readonly<Record<string, number>>): Record<string, number> {
  const { blockSize } = recipeAt(plan, level).pruning;
  const left = leftInBlock(plan, level);
  return Object.fromEntries(
    prunableParameters(model).map(({ name, shape, size }) => {
      const width = size / shape[0];
      const perRow = Math.floor(width / blockSize) * left + Math.min(width % blockSize, left);
      return [name, Math.min(before[name], shape[0] * perRow)];
    }),
  );
}

/** Inputs, then units of every matrix, that structured rounds have left by a level. */
const widths = new ByLevel<readonly number[]>(denseWidths, (plan, model, level, before) => {
  const { structure } = plan.recipe.pruning;
  const last = matrices(model).length;
  const isCut = (index: number): boolean => (index === 0 ? structure === 'inputs' : structure === 'neurons' && index < last);
  return before.map((width, index) => (isCut(index) ? Math.min(width, roundLeaves(plan, level, width)) : width));
});

function denseWidths(model: Model): readonly number[] {
  const layers = matrices(model);
  return [layers[0].inputs, ...layers.map(({ units }) => units)];
}

/** Counts in proportion to the units and inputs left: exact where each of them has as many weights as any other. */
function rescaled(plan: Plan, model: Model, level: number, before: Readonly<Record<string, number>>): Record<string, number> {
  const [was, left] = [parentLevel(plan, level), level].map((at) => widths.at(plan, model, at));
  return Object.fromEntries(
    matrices(model).map(({ weight }, index) => {
      const share = (left[index] * left[index + 1]) / (was[index] * was[index + 1]);
      return [weight, Math.floor(before[weight] * share + 0.5)];
    }),
  );
}
