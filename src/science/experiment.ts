/**
 * The experiment: pretrain, prune, reinitialise, train, level after level, for every seed and arm
 * (Liu et al. 2024, the survey's frame). Runs that are already in the notebook are never trained again.
 */
import { m } from '../paraglide/messages.js';
import { LabError } from './errors.ts';
import type { Ancestors } from './draw.ts';
import { parentLevel } from './prune/prune.ts';
import { runKey } from './recipe/identity.ts';
import type { Recipe } from './recipe/schema.ts';
import type { RunId, RunResult } from './result.ts';
import type { RunOutcome } from './run.ts';

export interface RunRequest {
  readonly recipe: Recipe;
  readonly run: RunId;
  /** Null at level 0. */
  readonly ancestors: Ancestors | null;
  /** Positions whose snapshots to keep. */
  readonly keep: readonly number[];
}

/** Where runs are trained: a worker, a pool of them, or this very thread. */
export interface Laboratory {
  readonly arithmeticVersion: number;
  run(request: RunRequest): Promise<RunOutcome>;
}

/** Where outcomes are kept, by run key. */
export interface Notebook {
  find(key: string): Promise<RunOutcome | null>;
  keep(outcome: RunOutcome): Promise<void>;
}

/** The runs of one level of one seed; level 0 is one run, shared by all arms. */
export const runsOfLevel = (recipe: Recipe, seed: number, level: number): RunId[] =>
  level === 0 ? [{ seed, arm: 'ticket', level }] : recipe.arms.map((arm) => ({ seed, arm, level }));

/** All runs of levels 0..`upTo`, level by level. */
export const runsOf = (recipe: Recipe, upTo = recipe.pruning.levels): RunId[] =>
  Array.from({ length: upTo + 1 }, (_, level) => recipe.seeds.flatMap((seed) => runsOfLevel(recipe, seed, level))).flat();

/** Positions of level 0 that later levels of this recipe rewind to. */
export function rewindPoints({ rewind }: Recipe): number[] {
  return typeof rewind.weights === 'object' && rewind.weights.step > 0 ? [rewind.weights.step] : [];
}

/**
 * Runs levels 0..`upTo` of every seed; `finished` hears of each run as it ends, in the notebook or anew.
 * Rejects with the first error; what had finished stays in the notebook.
 */
export async function conduct(
  recipe: Recipe,
  laboratory: Laboratory,
  notebook: Notebook,
  finished: (result: RunResult) => void,
  upTo = recipe.pruning.levels,
): Promise<void> {
  const train = (run: RunId, ancestors: Ancestors | null) => once(recipe, run, ancestors, laboratory, notebook, finished);

  async function drawTickets(seed: number): Promise<void> {
    // Of all outcomes, only the one that the next level is cut from is held: weights must not pile up from level to level.
    let parent = await train({ seed, arm: 'ticket', level: 0 }, null);
    const rewindPoint = parent.kept[rewindPoints(recipe)[0]] ?? null;
    const controls: Promise<void>[] = [];
    for (let level = 1; level <= upTo; level++) {
      const ancestors: Ancestors = { parent: { mask: parent.mask, final: parent.final }, rewindPoint };
      const ticket = train({ seed, arm: 'ticket', level }, ancestors);
      for (const run of runsOfLevel(recipe, seed, level))
        if (run.arm !== 'ticket') controls.push(train(run, ancestors).then(() => undefined));
      // Both are awaited together so that a failed control is heard while the ticket still trains.
      const [outcome] = await Promise.all([ticket, Promise.race([Promise.all(controls), ticket])]);
      if (parentLevel(recipe.pruning, level + 1) === level) parent = outcome;
    }
    await Promise.all(controls);
  }

  await Promise.all(recipe.seeds.map(drawTickets));
}

/** The run from the notebook, or trained now and kept there. */
async function once(
  recipe: Recipe,
  run: RunId,
  ancestors: Ancestors | null,
  laboratory: Laboratory,
  notebook: Notebook,
  finished: (result: RunResult) => void,
): Promise<RunOutcome> {
  const keep = run.level === 0 ? rewindPoints(recipe) : [];
  const known = await notebook.find(runKey(recipe, run, laboratory.arithmeticVersion));
  if (known !== null && keep.every((step) => step in known.kept)) {
    finished(known.result);
    return known;
  }
  const outcome = await laboratory.run({ recipe, run, ancestors, keep });
  if (known !== null && known.result.fingerprint !== outcome.result.fingerprint) {
    throw new LabError(m.science_rewind_not_kept({ step: keep[0] }), 'rewind.weights.step');
  }
  await notebook.keep(outcome);
  finished(outcome.result);
  return outcome;
}
