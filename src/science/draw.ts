/**
 * Drawing what a run trains: the mask of its arm and the weights it starts from, θ' = R(θ0, θk, θT, m).
 * Everything is a function of the recipe, the run and what the run grew from.
 */
import type { Model } from '../models/model.ts';
import { permutation, stream } from '../numerics/streams.ts';
import { initialise } from './init.ts';
import { bitsWhere, denseMask, getBit, type Bits, type Mask } from './mask.ts';
import { criteria, randomScores } from './prune/criteria.ts';
import { parentLevel, recipeAt, type Plan } from './plan.ts';
import { prune, pruneByFixedScores } from './prune/prune.ts';
import type { Recipe } from './recipe/schema.ts';
import type { RunId } from './result.ts';
import { rateAt, rateFor } from './schedules.ts';
import type { Snapshot } from './tensors.ts';

/** What a run of level ≥ 1 grew from. */
export interface Ancestors {
  /** The ticket of the level it is cut from (`parentLevel`): its mask and its weights at the last step. */
  readonly parent: { readonly mask: Mask; readonly final: Snapshot };
  /** Level 0 at the rewind step; null where the recipe rewinds to init or to the final weights. */
  readonly rewindPoint: Snapshot | null;
}

export interface Drawing {
  readonly mask: Mask;
  readonly start: Snapshot;
  /** First position to train; the last is `training.steps` − 1. */
  readonly position: number;
  readonly rateAt: (position: number) => number;
}

/** The run's mask, start weights and place in the learning-rate schedule. Ancestors are null at level 0 only. */
export function draw(plan: Plan, model: Model, run: RunId, ancestors: Ancestors | null): Drawing {
  const { seed, level, arm } = run;
  const recipe = recipeAt(plan, level);
  const fromScratch = { position: 0, rateAt: (position: number) => rateAt(recipe.training, position) };
  if (level === 0 || ancestors === null) {
    return { mask: denseMask(model), start: initialise(model, recipe.model.init, seed), ...fromScratch };
  }
  const mask = drawMask(plan, model, run, ancestors.parent);
  if (arm === 'reinit') {
    return { mask, start: initialise(model, recipe.model.init, seed, `reinit/${level}`), ...fromScratch };
  }
  return {
    mask,
    start: rewound(recipe, model, seed, ancestors),
    position: firstPosition(recipe),
    rateAt: rateFor(recipe.rewind.schedule, recipe.training),
  };
}

/** First position a rewound run trains: where its schedule takes up. */
export function firstPosition({ rewind }: Recipe): number {
  if (rewind.schedule !== 'final-rate') return rewind.schedule.from;
  return typeof rewind.weights === 'object' ? rewind.weights.step : 0;
}

/** Steps that a run trains; `reinit` always trains them all. */
export function stepsOf(plan: Plan, { arm, level }: RunId): number {
  const recipe = recipeAt(plan, level);
  return recipe.training.steps - (level === 0 || arm === 'reinit' ? 0 : firstPosition(recipe));
}

/** The weights that the ticket, and with it every mask control, starts from (Frankle et al. 2020; Renda et al. 2020). */
function rewound(recipe: Recipe, model: Model, seed: number, ancestors: Ancestors): Snapshot {
  const { weights } = recipe.rewind;
  if (weights === 'final') return ancestors.parent.final;
  if (weights === 'init' || weights.step === 0) return initialise(model, recipe.model.init, seed);
  if (ancestors.rewindPoint === null) throw new Error(`no snapshot of level 0 at step ${weights.step}`);
  return ancestors.rewindPoint;
}

/** The mask of a run of level ≥ 1: what pruning makes of the ticket it is cut from, or what a control has instead. */
export function drawMask(plan: Plan, model: Model, { seed, arm, level }: RunId, parent: Ancestors['parent']): Mask {
  if (arm === 'random-mask') {
    return pruneByFixedScores(plan, model, randomScores(model, seed, 'random-mask'), level, seed, 'random-mask-ties');
  }
  const { pruning } = recipeAt(plan, level);
  const scores = criteria[pruning.criterion].score({ model, seed, final: parent.final.parameters });
  const ticket = prune(pruning, model, parent.mask, scores, level - parentLevel(plan, level), seed, `ties/${level}`);
  return arm === 'shuffled-mask' ? shuffled(ticket, seed, level) : ticket;
}

/** The mask's bits in a new random order within each layer, each layer keeping its count. */
function shuffled(mask: Mask, seed: number, level: number): Mask {
  const shuffle = (name: string, bits: Bits): Bits => {
    const order = permutation(stream(seed, `shuffled-mask/${level}/${name}`), bits.size);
    return bitsWhere(bits.size, (index) => getBit(bits, order[index]));
  };
  return Object.fromEntries(Object.entries(mask).map(([name, bits]) => [name, shuffle(name, bits)]));
}
