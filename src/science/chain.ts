/**
 * What a seed's levels are cut from, one after another: its own dense network and tickets, or those of what its tickets
 * are transferred from. Only the one that the next level is cut from is held: weights must not pile up from level to level.
 */
import { m } from '../paraglide/messages.js';
import type { Ancestors } from './draw.ts';
import { LabError } from './errors.ts';
import { initialise } from './init.ts';
import { denseMask } from './mask.ts';
import { parentLevel, recipeAt, type Plan } from './plan.ts';
import { modelOf } from './recipe/model.ts';
import type { RunId } from './result.ts';
import type { RunOutcome } from './run.ts';
import { sourcePlan, sourceSeed } from './transfer.ts';

export interface Chain {
  /** What the runs of a level (1 or more) grow from; asked for level after level. Null where that diverged: then there are none. */
  ancestorsAt(level: number): Promise<Ancestors | null>;
  /** The seed's own ticket of a level has been trained; null: it diverged. */
  trained(level: number, ticket: RunOutcome | null): void;
}

/** Trains a run of the source so that runs of `forLevel` may begin; null: it diverged. */
export type TrainSource = (source: Plan, run: RunId, ancestors: Ancestors | null, forLevel: number) => Promise<RunOutcome | null>;

/** Looks a run up where outcomes are kept. */
export type Find = (plan: Plan, run: RunId) => Promise<RunOutcome | null>;

/** What a run of level ≥ 1 grew from, from what was kept of it; null where that is not there. */
export async function ancestorsOf(plan: Plan, { seed, level }: RunId, find: Find): Promise<Ancestors | null> {
  const source = sourcePlan(plan) ?? plan;
  const ticket = (of: number, at: number): RunId => ({ seed: of, arm: 'ticket', level: at });
  const drawnBy = sourceSeed(plan.recipe, seed);
  const isUntrained = source !== plan && needsNoTraining(source);
  const cutFrom = isUntrained ? null : await find(source, ticket(drawnBy, parentLevel(source, level)));
  if (cutFrom === null && !isUntrained) return null;
  const parent = cutFrom === null ? untrained(source, drawnBy) : parentOf(cutFrom);
  const step = rewindStep(plan, level);
  if (step === null) return { parent, rewindPoint: null };
  const takesStart = plan.recipe.transfer?.take === 'ticket';
  const dense = await (takesStart ? find(source, ticket(drawnBy, 0)) : find(plan, ticket(seed, 0)));
  if (dense === null || !(step in dense.kept)) return null;
  return { parent, rewindPoint: dense.kept[step] };
}

type Parent = Ancestors['parent'];
type RewindPoints = ReadonlyMap<number, RunOutcome['kept'][number]>;

/** `dense` is the seed's own level 0. */
export function chainOf(plan: Plan, seed: number, dense: RunOutcome, trainSource: TrainSource): Chain {
  const source = sourcePlan(plan);
  return source === null ? ownChain(plan, dense) : sourceChain(plan, source, seed, dense, trainSource);
}

function ownChain(plan: Plan, dense: RunOutcome): Chain {
  const points = rewindPoints(plan, dense);
  let parent: Parent | null = parentOf(dense);
  return {
    ancestorsAt: (level) => Promise.resolve(parent === null ? null : ancestors(plan, level, parent, points)),
    trained: (level, ticket) => {
      if (parentLevel(plan, level + 1) === level) parent = ticket === null ? null : parentOf(ticket);
    },
  };
}

function sourceChain(plan: Plan, source: Plan, seed: number, dense: RunOutcome, trainSource: TrainSource): Chain {
  const own = rewindPoints(plan, dense);
  const takesStart = plan.recipe.transfer?.take === 'ticket';
  const run = (level: number): RunId => ({ seed: sourceSeed(plan.recipe, seed), arm: 'ticket', level });
  let points: RewindPoints = new Map();
  let parent: Parent | null = null;
  /** Nothing has been drawn before the first level is asked for. */
  let parentAt = -1;
  return {
    ancestorsAt: async (level) => {
      if (parentAt === -1) {
        parentAt = 0;
        if (needsNoTraining(source)) parent = untrained(source, run(0).seed);
        else {
          const first = await trainSource(source, run(0), null, level);
          if (first !== null) {
            points = rewindPoints(source, first);
            parent = parentOf(first);
          }
        }
      }
      // Cut from the level before, or from where the last one was cut.
      if (parent !== null && parentLevel(source, level) > parentAt) {
        parentAt = parentLevel(source, level);
        const ticket = await trainSource(source, run(parentAt), ancestors(source, parentAt, parent, points), level);
        parent = ticket === null ? null : parentOf(ticket);
      }
      return parent === null ? null : ancestors(plan, level, parent, takesStart ? points : own);
    },
    trained: () => undefined,
  };
}

/** Whether all masks are drawn on the init: then nothing that training would do to the source is looked at. */
function needsNoTraining(source: Plan): boolean {
  const levels = Array.from({ length: source.recipe.pruning.levels }, (_, index) => index + 1);
  return levels.every((level) => {
    const { pruning, rewind } = recipeAt(source, level);
    return parentLevel(source, level) === 0 && pruning.scoredAt === 'init' && rewind.weights === 'init' && rewind.cut === 'zero';
  });
}

function untrained({ recipe }: Plan, seed: number): Parent {
  const model = modelOf(recipe);
  return { mask: denseMask(model), final: initialise(model, recipe.model.init, seed) };
}

function ancestors(plan: Plan, level: number, parent: Parent, points: RewindPoints): Ancestors {
  const step = rewindStep(plan, level);
  const rewindPoint = step === null ? null : (points.get(step) ?? null);
  if (step !== null && rewindPoint === null) throw new LabError(m.science_rewind_past_draw({ step }), 'rewind.weights.step');
  return { parent, rewindPoint };
}

/** What a level is cut from, of the run that trained it. */
export const parentOf = ({ mask, final, result }: RunOutcome): Parent => ({ mask, final, drawnAt: result.earlyBird?.drawnAt ?? null });

/** The step of level 0 that a level's tickets rewind to; null for init and final weights. */
export function rewindStep(plan: Plan, level: number): number | null {
  const { weights } = recipeAt(plan, level).rewind;
  return typeof weights === 'object' && weights.step > 0 ? weights.step : null;
}

/** Steps of level 0 that some level of the plan rewinds to. */
export function rewindSteps(plan: Plan): number[] {
  const steps = Array.from({ length: plan.recipe.pruning.levels }, (_, index) => rewindStep(plan, index + 1));
  return [...new Set(steps)].filter((step) => step !== null);
}

const rewindPoints = (plan: Plan, { kept }: RunOutcome): RewindPoints => new Map(rewindSteps(plan).map((step) => [step, kept[step]]));
