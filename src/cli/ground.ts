/** What a recipe's session goes on from: what is at `--out` already, which is never lost. */
import { stat } from 'node:fs/promises';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { planOf } from '../science/plan.ts';
import { runKey } from '../science/recipe/identity.ts';
import { parseRecipe } from '../science/recipe/parse.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { RunOutcome } from '../science/run.ts';
import type { EngineIdentity } from '../science/trainer.ts';
import { changeBranch, newSession, TRUNK, trunkOf, type Session } from '../sessions/session.ts';
import { readSession } from './read-session.ts';
import { codeOf, unwritable } from './save.ts';

const OPTION = '--out';

export interface Ground {
  readonly session: Session;
  /** What the file holds of its runs' weights, by run key. */
  readonly outcomes: ReadonlyMap<string, RunOutcome>;
}

/**
 * The session at `out` with its lists of seeds, arms and levels made long enough for the recipe; a new one if nothing is
 * there, or by force. Rejects with a LabError if what is there is anything else than a session of this experiment.
 */
export async function groundOf(recipe: Recipe, recipePath: string, out: string, isForced: boolean): Promise<Ground> {
  const fresh: Ground = { session: newSession(recipe), outcomes: new Map() };
  if (!(await isThere(out))) return fresh;
  if (await isSameFile(recipePath, out)) throw new LabError(m.cli_out_is_recipe({ out }), OPTION);
  if (isForced) return fresh;
  const refuse = (error: LabError): never => {
    throw error;
  };
  const { session, outcomes } = await readSession(out, refuse).catch((error: unknown) => {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(m.cli_out_unreadable({ out, reason: error.message }), OPTION, { cause: error });
  });
  const trunk = trunkOf(session).recipe;
  if (!isSameExperiment(trunk, recipe)) throw new LabError(m.cli_out_other({ out }), OPTION);
  return { session: changeBranch(session, TRUNK, { recipe: widened(trunk, recipe) }), outcomes };
}

/** Rejects with a LabError if the runs of a session's trunk cannot stand beside those that this engine trains. */
export function checkEngine({ runs, branches: [{ recipe }] }: Session, engine: EngineIdentity, out: string): void {
  const own = runs.filter(({ branch }) => branch === TRUNK);
  const forged = own.find((run) => run.key !== runKey(planOf(recipe), run, run.engine.arithmeticVersion));
  if (forged !== undefined) throw new LabError(m.cli_out_wrong_key({ out, ...forged }), OPTION);
  const other = own.find((run) => run.engine.arithmeticVersion !== engine.arithmeticVersion);
  if (other === undefined) return;
  const told = { out, there: other.engine.name, version: other.engine.arithmeticVersion, here: engine.name };
  throw new LabError(m.cli_out_other_engine({ ...told, ours: engine.arithmeticVersion }), OPTION);
}

/** Whether two recipes differ in their names and lists at most: then their runs have the same keys. */
function isSameExperiment(one: Recipe, other: Recipe): boolean {
  const keyOf = (recipe: Recipe): string => runKey(planOf(recipe), { seed: 1, arm: 'ticket', level: 1 }, 0);
  return keyOf(one) === keyOf(other);
}

/** The recipe with everything that either asks for, in the order of the first. */
function widened(recipe: Recipe, { seeds, arms, pruning }: Recipe): Recipe {
  return parseRecipe({
    ...recipe,
    seeds: [...new Set([...recipe.seeds, ...seeds])],
    arms: [...new Set([...recipe.arms, ...arms])],
    pruning: { ...recipe.pruning, levels: Math.max(recipe.pruning.levels, pruning.levels) },
  });
}

async function isThere(out: string): Promise<boolean> {
  try {
    if ((await stat(out)).isDirectory()) throw new LabError(m.cli_out_folder({ out }), OPTION);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error instanceof LabError ? error : unwritable(out, OPTION, error);
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(one), stat(other)]);
  return a.dev === b.dev && a.ino === b.ino;
}
