/**
 * The experiment: pretrain, prune, reinitialise, train, level after level, for every seed and arm
 * (Liu et al. 2024, the survey's frame). Runs that are already in the notebook are never trained again.
 */
import { m } from '../paraglide/messages.js';
import { LabError } from './errors.ts';
import { chainOf, rewindSteps, type TrainSource } from './chain.ts';
import { Diverged, type Marks } from './divergence.ts';
import type { Ancestors } from './draw.ts';
import { baseLevel, ownersOf, recipeAt, type Plan } from './plan.ts';
import { runKey } from './recipe/identity.ts';
import { modelOf } from './recipe/model.ts';
import type { RunId, RunResult } from './result.ts';
import type { RunOutcome } from './run.ts';

export interface RunRequest {
  readonly plan: Plan;
  readonly run: RunId;
  /** Null at level 0. */
  readonly ancestors: Ancestors | null;
  /** Trained for the sake of the mask that another plan takes from it. */
  readonly isSource?: boolean;
  /** Positions whose snapshots to keep. */
  readonly keep: readonly number[];
}

/** Where runs are trained: a worker, a pool of them, or this very thread. */
export interface Laboratory {
  readonly arithmeticVersion: number;
  /** Resolves when the run may be looked up or trained: somebody may want to see one level after the other. */
  admit?(run: RunId): Promise<void>;
  /** Rejects with `Diverged` where there is no outcome. */
  run(request: RunRequest): Promise<RunOutcome>;
}

/** Where outcomes are kept, by run key. */
export interface Notebook {
  find(key: string): Promise<RunOutcome | null>;
  keep(outcome: RunOutcome): Promise<void>;
}

/**
 * The runs of one level of one seed. Level 0 is one run, shared by all arms; of levels taken over from another plan
 * only the tickets matter.
 */
export const runsOfLevel = (plan: Plan, seed: number, level: number): RunId[] =>
  level <= baseLevel(plan) ? [{ seed, arm: 'ticket', level }] : plan.recipe.arms.map((arm) => ({ seed, arm, level }));

/** All runs of levels 0..`upTo`, level by level. */
export const runsOf = (plan: Plan, upTo = plan.recipe.pruning.levels): RunId[] =>
  Array.from({ length: upTo + 1 }, (_, level) => plan.recipe.seeds.flatMap((seed) => runsOfLevel(plan, seed, level))).flat();

/** All runs along a plan, those of the plans that it grew from included, with the seeds and arms that each had. */
export const runsAlongPlan = (plan: Plan): RunId[] =>
  ownersOf(plan).flatMap((owner, level) => owner.recipe.seeds.flatMap((seed) => runsOfLevel(owner, seed, level)));

/** What level 0's snapshots may take, in bytes. */
const MAX_SNAPSHOT_BYTES = 64e6;

/**
 * Steps at which level 0 keeps its weights: those wanted, and 1, 2, 5, 10, 20, 50, … for what-ifs to come, where the
 * network is small enough to keep them all.
 */
export function stepsToKeep(plan: Plan): number[] {
  const { training } = recipeAt(plan, 0);
  const wanted = rewindSteps(plan);
  const ladder = [1, 2, 5].flatMap((digit) => [1, 10, 100, 1000, 1e4, 1e5].map((power) => digit * power));
  const later = ladder.filter((step) => step < training.steps);
  const bytes = 4 * later.length * modelOf(plan.recipe).parameters.reduce((sum, { size }) => sum + size, 0);
  return [...new Set([...wanted, ...(bytes <= MAX_SNAPSHOT_BYTES ? later : [])])].sort((one, other) => one - other);
}

/**
 * Runs what is wanted (everything of the plan, if not told) and the tickets that it grows from, level by level; `finished`
 * hears of each run as it ends, in the notebook or anew. A run that diverges is marked; what grows from it is left out and
 * the rest goes on. Where nobody keeps marks, it is an error like any other. Rejects with the first error; what had
 * finished stays in the notebook.
 */
export async function conduct(
  plan: Plan,
  laboratory: Laboratory,
  notebook: Notebook,
  finished: (result: RunResult) => void,
  wanted: readonly RunId[] = runsOf(plan),
  marks: Marks | null = null,
): Promise<void> {
  const known = { laboratory, notebook, marks };
  const train = (run: RunId, ancestors: Ancestors | null) => once({ plan, run, ancestors }, run, known, finished);
  // What is trained for the sake of its mask waits for the level that takes it, and is no result of this plan.
  const trainSource: TrainSource = (source, run, ancestors, forLevel) =>
    once({ plan: source, run, ancestors, isSource: true }, { ...run, level: forLevel }, known, () => undefined);

  async function drawTickets(seed: number): Promise<void> {
    const own = wanted.filter((run) => run.seed === seed);
    const upTo = Math.max(...own.map(({ level }) => level));
    const dense = await train({ seed, arm: 'ticket', level: 0 }, null);
    if (dense === null) return;
    const chain = chainOf(plan, seed, dense, trainSource);
    const controls: Promise<void>[] = [];
    for (let level = 1; level <= upTo; level++) {
      const ancestors = await chain.ancestorsAt(level);
      if (ancestors === null) continue;
      const ticket = train({ seed, arm: 'ticket', level }, ancestors);
      for (const run of own) if (run.level === level && run.arm !== 'ticket') controls.push(train(run, ancestors).then(() => undefined));
      // Both are awaited together so that a failed control is heard while the ticket still trains.
      const [outcome] = await Promise.all([ticket, Promise.race([Promise.all(controls), ticket])]);
      chain.trained(level, outcome);
    }
    await Promise.all(controls);
  }

  await Promise.all([...new Set(wanted.map(({ seed }) => seed))].map(drawTickets));
}

interface Known {
  readonly laboratory: Laboratory;
  readonly notebook: Notebook;
  readonly marks: Marks | null;
}

/** The run from the notebook, or trained now and kept there, once `admitted` may be; null and marked where it diverges. */
async function once(
  request: Omit<RunRequest, 'keep'>,
  admitted: RunId,
  { laboratory, notebook, marks }: Known,
  finished: (result: RunResult) => void,
): Promise<RunOutcome | null> {
  const { plan, run, isSource } = request;
  await laboratory.admit?.(admitted);
  const wanted = run.level === 0 ? rewindSteps(plan) : [];
  const key = runKey(plan, run, laboratory.arithmeticVersion);
  const mark = (step: number): null => {
    marks?.keep({ ...run, key, step, ...(isSource === true ? { isSource } : {}) });
    return null;
  };
  const known = await notebook.find(key);
  const missing = wanted.find((step) => known === null || !(step in known.kept));
  if (known !== null && missing === undefined) {
    finished(known.result);
    return known;
  }
  const lost = known === null ? marks?.find(key) : undefined;
  if (lost !== undefined) return mark(lost.step);
  let outcome: RunOutcome;
  try {
    outcome = await laboratory.run({ ...request, keep: run.level === 0 ? stepsToKeep(plan) : [] });
  } catch (error) {
    if (marks !== null && error instanceof Diverged) return mark(error.step);
    throw error;
  }
  if (known !== null && missing !== undefined && known.result.fingerprint !== outcome.result.fingerprint) {
    throw new LabError(m.science_rewind_not_kept({ step: missing }), 'rewind.weights.step');
  }
  await notebook.keep(outcome);
  finished(outcome.result);
  return outcome;
}
