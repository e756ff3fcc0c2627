/**
 * Drawing what a run trains: the mask of its arm and the weights it starts from, θ' = R(θ0, θk, θT, m).
 * Everything is a function of the recipe, the run and what the run grew from.
 */
import type { Model } from '../models/model.ts';
import { permutation, stream, type Stream } from '../numerics/streams.ts';
import { initialise } from './init.ts';
import { bitsWhere, denseMask, getBit, trainablePlanes, type Bits, type Mask, type Planes } from './mask.ts';
import { scoresOf } from './prune/criteria.ts';
import { recipeAt, type Plan } from './plan.ts';
import { prune } from './prune/prune.ts';
import { randomMask } from './prune/random-mask.ts';
import { needsSlopes, type Slopes } from './prune/slopes.ts';
import { structures } from './prune/structure.ts';
import { isCut } from './recipe/method.ts';
import type { Recipe } from './recipe/schema.ts';
import type { RunId } from './result.ts';
import { rateAt, rateFor } from './schedules.ts';
import { firstConnections } from './dynamic/connections.ts';
import { firstDraw } from './strong/bernoulli-mask.ts';
import { firstMask } from './strong/popup-mask.ts';
import type { Snapshot, Tensors } from './tensors.ts';
import { sourcePlan, sourceSeed, startSeed } from './transfer.ts';
import { treatKept, withCutWeights, type Beginning } from './treatment.ts';

/** What a run of level ≥ 1 grew from; where its ticket is transferred, what that was drawn from. */
export interface Ancestors {
  /** The ticket of the level it is cut from (`parentLevel`): its mask and its weights at the last step. */
  readonly parent: {
    readonly mask: Mask;
    readonly final: Snapshot;
    /** Where its training stopped for an early-bird ticket; null or left out where it came to its end. */
    readonly drawnAt?: number | null;
  };
  /** Level 0 at the rewind step, of whomever the start weights are taken from; null where the recipe rewinds to init or to the final weights. */
  readonly rewindPoint: Snapshot | null;
}

export interface Drawing {
  readonly mask: Mask;
  /** What the mask keeps is trained; of the rest, the recipe may freeze some. */
  readonly planes: Planes;
  readonly start: Snapshot;
  /** First position to train; the last is `training.steps` − 1. */
  readonly position: number;
  readonly rateAt: (position: number) => number;
}

/**
 * The run's mask, start weights and place in the learning-rate schedule. Ancestors are null at level 0 only; slopes,
 * unless the criterion needs them (`slopesAt`).
 */
export function draw(plan: Plan, model: Model, run: RunId, ancestors: Ancestors | null, slopes: Slopes | null = null): Drawing {
  const mask = ancestors === null ? denseMask(model) : drawMask(plan, model, run, ancestors.parent, slopes);
  return begin(plan, model, run, ancestors, mask);
}

/** A drawing whose mask is known. */
export function begin(plan: Plan, model: Model, { seed, level, arm }: RunId, ancestors: Ancestors | null, mask: Mask): Drawing {
  const recipe = recipeAt(plan, level);
  const { init } = recipe.model;
  if (ancestors === null) {
    const start = initialise(model, init, seed);
    return { mask, planes: trainablePlanes(mask), start, ...fromScratch(recipe) };
  }
  const beginning: Beginning = { recipe, model, seed, level, mask, parent: ancestors.parent };
  if (arm === 'reinit') {
    const fresh = initialise(model, init, seed, `reinit/${level}`);
    return { mask, ...withCutWeights(beginning, fresh, fresh), ...fromScratch(recipe) };
  }
  const drawnAt = continuesFrom(recipe, ancestors);
  if (drawnAt !== null) {
    const { final } = ancestors.parent;
    const continued = { position: drawnAt, rateAt: (position: number) => rateAt(recipe.training, position) };
    return { mask, ...withCutWeights(beginning, treatKept(beginning, final), initialise(model, init, seed)), ...continued };
  }
  return {
    mask,
    ...withCutWeights(
      beginning,
      treatKept(beginning, rewound(recipe, model, seed, ancestors)),
      initialise(model, init, startSeed(recipe, seed)),
    ),
    position: firstPosition(recipe),
    rateAt: rateFor(recipe.rewind.schedule, recipe.training),
  };
}

/**
 * Where an early-bird ticket goes on training with the weights it was drawn from (You et al. 2020, Algorithm 1); null for
 * what rewinds. Where the masks never settled nothing is left of the schedule: then it is run through once more.
 */
function continuesFrom({ method, training }: Recipe, { parent }: Ancestors): number | null {
  if (method.type !== 'early-bird' || method.then !== 'continue') return null;
  const drawnAt = parent.drawnAt ?? training.steps;
  return drawnAt < training.steps ? drawnAt : 0;
}

const fromScratch = ({ training }: Recipe): Pick<Drawing, 'position' | 'rateAt'> => ({
  position: 0,
  rateAt: (position) => rateAt(training, position),
});

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
  if (weights === 'init' || weights.step === 0) return initialise(model, recipe.model.init, startSeed(recipe, seed));
  if (ancestors.rewindPoint === null) throw new Error(`no snapshot of level 0 at step ${weights.step}`);
  return ancestors.rewindPoint;
}

/** The mask of a run of level ≥ 1: what pruning makes of the ticket it is cut from, or what a control has instead. */
export function drawMask(
  plan: Plan,
  model: Model,
  { seed, arm, level }: RunId,
  { mask: from, final }: Ancestors['parent'],
  slopes: Slopes | null = null,
): Mask {
  if (arm === 'random-mask') {
    return randomMask(plan, model, level, seed);
  }
  const recipe = recipeAt(plan, level);
  const source = sourcePlan(plan);
  if (source !== null) return drawMask(source, model, { seed: sourceSeed(recipe, seed), arm, level }, { mask: from, final }, slopes);
  const { method, pruning, model: network } = recipe;
  if (method.type === 'edge-popup') return firstMask(plan, model, { seed, arm, level }, method);
  if (method.type === 'bernoulli') return firstDraw(plan, model, { seed, arm, level });
  if (method.type === 'set' || method.type === 'rigl') return firstConnections(plan, model, { seed, arm, level });
  const init = initialise(model, network.init, seed).parameters;
  const weights = pruning.scoredAt === 'init' ? init : final.parameters;
  const score = (mask: Mask): Tensors => scoresOf(pruning, { model, seed, mask, init, final: final.parameters, weights, slopes });
  // The ticket before, cut where its own rule would have cut last (Frankle et al. 2021, §5).
  if (arm === 'inverted-mask') return prune(plan, model, level, from, (mask) => negated(score(mask)), seed, `inverted-ties/${level}`);
  const ticket = prune(plan, model, level, from, score, seed, `ties/${level}`);
  return arm === 'shuffled-mask' ? shuffled(plan, model, ticket, seed, level) : ticket;
}

/** The weights at which a run's criterion needs slopes; null where it needs none. */
export function slopesAt(plan: Plan, model: Model, { seed, arm, level }: RunId, ancestors: Ancestors | null): Snapshot | null {
  const recipe = recipeAt(plan, level);
  const source = sourcePlan(plan);
  if (source !== null) return slopesAt(source, model, { seed: sourceSeed(recipe, seed), arm, level }, ancestors);
  const { method, pruning, model: network } = recipe;
  if (ancestors === null || !isCut({ method }) || arm === 'random-mask' || !needsSlopes(pruning.criterion)) return null;
  return pruning.scoredAt === 'init' ? initialise(model, network.init, seed) : ancestors.parent.final;
}

const negated = (scores: Tensors): Tensors =>
  Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, values.map((score) => -score)]));

const shuffleStream = (seed: number, level: number, name: string): Stream => stream(seed, `shuffled-mask/${level}/${name}`);

/** Of each place of a shuffled mask, the place whose bit of the ticket's mask it took, where single weights are shuffled. */
export const shuffledPlaces = ({ seed, level }: Pick<RunId, 'seed' | 'level'>, name: string, size: number): Uint32Array =>
  Uint32Array.from(permutation(shuffleStream(seed, level, name), size));

/** The mask in a new random order within each layer, each layer keeping its count, and what goes together going together. */
function shuffled(plan: Plan, model: Model, mask: Mask, seed: number, level: number): Mask {
  const { structure, blockSize } = recipeAt(plan, level).pruning;
  if (structure !== 'weights') return structures[structure].shuffle(model, mask, (name) => shuffleStream(seed, level, name), blockSize);
  const shuffle = (name: string, bits: Bits): Bits => {
    const order = shuffledPlaces({ seed, level }, name, bits.size);
    return bitsWhere(bits.size, (index) => getBit(bits, order[index]));
  };
  return Object.fromEntries(Object.entries(mask).map(([name, bits]) => [name, shuffle(name, bits)]));
}
