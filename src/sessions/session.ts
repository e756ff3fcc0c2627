/** A session: a recipe, its results, and the tree of what-ifs that grew from it. All functions return a new session. */
import { recipeId } from '../science/recipe/identity.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { RunId, RunResult } from '../science/result.ts';

export const SESSION_FORMAT = 'lottery-ticket-session';
export const SESSION_VERSION = 1;
/** The branch that every session starts with. */
export const TRUNK = 'trunk';

/** A what-if: a child of some level of another branch, with a changed recipe from there on. */
export interface Branch {
  readonly id: string;
  /** Null for the trunk. */
  readonly parent: string | null;
  /** The last level it shares with its parent; null for the trunk. */
  readonly fromLevel: number | null;
  readonly name: string;
  readonly recipe: Recipe;
  readonly recipeId: string;
}

/** A run's result and the branch that trained it. */
export interface SessionRun extends RunResult {
  readonly branch: string;
}

export interface Session {
  readonly format: typeof SESSION_FORMAT;
  readonly version: typeof SESSION_VERSION;
  /** The trunk first; a branch comes after its parent. */
  readonly branches: readonly Branch[];
  readonly metric: { readonly primary: string; readonly better: 'higher' | 'lower' };
  readonly runs: readonly SessionRun[];
}

/** A session with a trunk of this recipe and no run yet. */
export const newSession = (recipe: Recipe): Session => ({
  format: SESSION_FORMAT,
  version: SESSION_VERSION,
  branches: [{ id: TRUNK, parent: null, fromLevel: null, name: recipe.name, recipe, recipeId: recipeId(recipe) }],
  metric: { primary: 'accuracy', better: 'higher' },
  runs: [],
});

export const trunkOf = (session: Session): Branch => session.branches[0];

const isRun = (run: SessionRun, branch: string, { seed, arm, level }: RunId): boolean =>
  run.branch === branch && run.seed === seed && run.arm === arm && run.level === level;

/** The session with this run in it; the same run (branch, seed, arm, level) is replaced where it stood. */
export function addRun(session: Session, branch: string, result: RunResult): Session {
  const added: SessionRun = { branch, ...result };
  const known = session.runs.some((run) => isRun(run, branch, result));
  const runs = known ? session.runs.map((run) => (isRun(run, branch, result) ? added : run)) : [...session.runs, added];
  return { ...session, runs };
}

/**
 * The run of a branch at a level, or undefined. Up to the level it grew from, a branch's runs are its parent's;
 * level 0 is one run shared by all arms.
 */
export function findRun(session: Session, branchId: string, { seed, arm, level }: RunId): SessionRun | undefined {
  let branch = session.branches.find(({ id }) => id === branchId);
  while (branch !== undefined && branch.fromLevel !== null && level <= branch.fromLevel) {
    const { parent } = branch;
    branch = session.branches.find(({ id }) => id === parent);
  }
  const owner = branch?.id;
  if (owner === undefined) return undefined;
  return session.runs.find((run) => isRun(run, owner, { seed, arm: level === 0 ? 'ticket' : arm, level }));
}

/** The name that people see: the trunk's. */
export const sessionName = (session: Session): string => trunkOf(session).name;

export const renameSession = (session: Session, name: string): Session => ({
  ...session,
  branches: session.branches.map((branch, index) => (index === 0 ? { ...branch, name } : branch)),
});
