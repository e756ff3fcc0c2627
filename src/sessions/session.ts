/** A session: a recipe, its results, and the tree of what-ifs that grew from it. All functions return a new session. */
import type { Divergence } from '../science/divergence.ts';
import type { Plan } from '../science/plan.ts';
import { groupBy } from '../science/group.ts';
import { recipeId } from '../science/recipe/identity.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { RunId, RunResult } from '../science/result.ts';
import { fittedName } from './limits.ts';
import { remembered } from './remembered.ts';
import { Tree } from './tree.ts';

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
  /** Put aside with what grew from it: out of sight, its runs kept, ready to come back. */
  readonly pruned?: boolean;
}

/** Where a run comes from that was not trained here: a file, or one that was changed after the lab had written it. */
export const origins = ['file', 'changed-file'] as const;
export type RunOrigin = (typeof origins)[number];

/** A run's result and the branch that trained it. */
export interface SessionRun extends RunResult {
  readonly branch: string;
  /** None of a run that was trained here. */
  readonly origin?: RunOrigin;
}

/** A run that diverged, and the branch that would have it. */
export interface SessionMark extends Divergence {
  readonly branch: string;
  /** None of a run that diverged here. */
  readonly origin?: RunOrigin;
}

export interface Session {
  readonly format: typeof SESSION_FORMAT;
  readonly version: typeof SESSION_VERSION;
  /** The trunk first; a branch comes after its parent. */
  readonly branches: readonly Branch[];
  readonly metric: { readonly primary: string; readonly better: 'higher' | 'lower' };
  readonly runs: readonly SessionRun[];
  /** Runs that diverged; left out where there are none. */
  readonly diverged?: readonly SessionMark[];
}

/** A session with a trunk of this recipe and no run yet. Names that are too long are cut, here and below. */
export function newSession(recipe: Recipe): Session {
  const name = fittedName(recipe.name);
  return {
    format: SESSION_FORMAT,
    version: SESSION_VERSION,
    branches: [{ id: TRUNK, parent: null, fromLevel: null, name, recipe: { ...recipe, name }, recipeId: recipeId(recipe) }],
    metric: { primary: 'accuracy', better: 'higher' },
    runs: [],
  };
}

export const trunkOf = (session: Session): Branch => session.branches[0];

/** The branch of an id; the trunk where there is none of that id. */
export const branchOf = (session: Session, id: string): Branch => treeOf(session).branch(id);

/** The branch that trained a level of another: itself, or one that it grew from. */
export const ownerBranch = (session: Session, id: string, level: number): Branch => treeOf(session).owner(id, level);

/** Which recipe governs which level of a branch. The same plan for the same branches, however many runs they have by then. */
export const planOfBranch = (session: Session, id: string): Plan => treeOf(session).plan(id);

/** The session with a what-if: `recipe` takes over after `fromLevel` of `parent`. Task and model are the parent's. */
export function growBranch(session: Session, id: string, parent: string, fromLevel: number, name: string, recipe: Recipe): Session {
  const branch = { id, parent, fromLevel, name: fittedName(name), recipe, recipeId: recipeId(recipe) };
  return { ...session, branches: [...session.branches, branch] };
}

/** A branch and what it grew from as a session of its own: other branches, and runs that are not along it, are left out. */
export function splitOff(session: Session, id: string): Session {
  const lineage = new Set(lineageOf(session, id));
  return { ...session, branches: session.branches.filter((branch) => lineage.has(branch)), runs: runsAlong(session, id) };
}

/** A branch and what it grew from, the trunk first. */
function lineageOf(session: Session, id: string): Branch[] {
  const lineage = [branchOf(session, id)];
  for (let [at] = lineage; at.parent !== null;) lineage.push((at = branchOf(session, at.parent)));
  return lineage.reverse();
}

/** The session with one branch changed. */
export function changeBranch(
  session: Session,
  id: string,
  change: Partial<Pick<Branch, 'name' | 'pruned'>> | { readonly recipe: Recipe },
): Session {
  const fitted = 'name' in change && change.name !== undefined ? { ...change, name: fittedName(change.name) } : change;
  const changed = 'recipe' in change ? { ...change, recipeId: recipeId(change.recipe) } : fitted;
  return { ...session, branches: session.branches.map((branch) => (branch.id === id ? { ...branch, ...changed } : branch)) };
}

/** Branches in sight, the trunk first: those that are not pruned, nor grew from one that is. */
export function standingBranches({ branches }: Session): Branch[] {
  const standing = new Map<string, Branch>();
  for (const branch of branches)
    if (branch.pruned !== true && (branch.parent === null || standing.has(branch.parent))) standing.set(branch.id, branch);
  return [...standing.values()];
}

/** Every run along a branch, from a level on: its own, and of the levels before those of what it grew from. */
export function runsAlong(session: Session, id: string, from = 0): SessionRun[] {
  const runs = runsByBranch(session.runs);
  return lineageOf(session, id).flatMap((branch) =>
    [...(runs.get(branch.id) ?? [])].flatMap(([level, own]) => (level >= from && ownerBranch(session, id, level) === branch ? own : [])),
  );
}

/** By branch and level: whoever looks along hundreds of branches asks for levels, not for every run again. */
const runsByBranch = remembered(
  (runs: readonly SessionRun[]) =>
    new Map([...groupBy(runs, ({ branch }) => branch)].map(([id, own]) => [id, groupBy(own, ({ level }) => level)])),
);

type Placed = RunId & { readonly branch: string };

const isRun = (run: Placed, branch: string, { seed, arm, level }: RunId): boolean =>
  run.branch === branch && run.seed === seed && run.arm === arm && run.level === level;

/**
 * The session with this run in it, in place of the same one (branch, seed, arm, level). Its runs are listed in one order,
 * whichever ended first: branch by branch, and there as the plan walks them.
 */
export function addRun(session: Session, branch: string, result: RunResult): Session {
  const run = { branch, ...result };
  const order = walkOrder(session.branches);
  const listed = runsInOrder(session);
  const from = firstIndex(listed, (other) => order(other, run) >= 0);
  const to = firstIndex(listed, (other) => order(other, run) > 0);
  // In one place there may be several: what the recipe does not name shares it.
  const others = listed.slice(from, to).filter((other) => !isRun(other, branch, result));
  const runs = listed.toSpliced(from, to - from, ...others, run);
  orderedFor.set(runs, session.branches);
  return { ...liftMarks(session, [result.key]), runs };
}

/** The branches by whose recipes runs are known to stand in order, so that thousands need not be sorted for each that is added. */
const orderedFor = new WeakMap<readonly SessionRun[], readonly Branch[]>();

const runsInOrder = ({ runs, branches }: Session): readonly SessionRun[] =>
  orderedFor.get(runs) === branches ? runs : [...runs].sort(walkOrder(branches));

/** The index of the first item that is so, where all after it are, too; their number where none is. */
function firstIndex<Item>(items: readonly Item[], isSo: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(items[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Marks along a branch: of its levels, and of the runs that its tickets were to be taken from. */
export const marksAlong = ({ diverged = [], ...session }: Session, id: string): SessionMark[] =>
  diverged.filter(({ branch, level, isSource }) => (isSource === true ? branch === id : ownerBranch(session, id, level).id === branch));

/** The session with a mark that a branch's run diverged; the same one is not told twice. */
export function addMark(session: Session, branch: string, mark: Divergence): Session {
  const isSame = (other: SessionMark): boolean => isRun(other, branch, mark) && other.isSource === mark.isSource;
  const others = (session.diverged ?? []).filter((other) => !isSame(other));
  return { ...session, diverged: [...others, { ...mark, branch }].sort(walkOrder(session.branches)) };
}

/** The session without the marks of these runs, by run key: they may be trained again. */
export function liftMarks(session: Session, keys: readonly string[]): Session {
  const { diverged = [], ...others } = session;
  const left = diverged.filter(({ key }) => !keys.includes(key));
  return left.length === 0 ? others : { ...others, diverged: left };
}

/** Level by level, seed by seed, arm by arm (science/experiment.ts, `runsOf`). What a recipe does not name comes first. */
const walkOrder = remembered((branches: readonly Branch[]): ((one: Placed, other: Placed) => number) => {
  const places = new Map(
    branches.map(({ id, recipe: { seeds, arms } }, index) => [
      id,
      { index, seeds: new Map(seeds.map((seed, at) => [seed, at])), arms: new Map(arms.map((arm, at) => [arm, at])) },
    ]),
  );
  const placeOf = ({ branch, level, seed, arm }: Placed): number[] => {
    const place = places.get(branch);
    return [place?.index ?? -1, level, place?.seeds.get(seed) ?? -1, place?.arms.get(arm) ?? -1];
  };
  return (one, other) => {
    const theirs = placeOf(other);
    return (
      placeOf(one)
        .map((place, at) => place - theirs[at])
        .find((difference) => difference !== 0) ?? 0
    );
  };
});

/**
 * The run of a branch at a level, or undefined. Up to the level it grew from, a branch's runs are its parent's;
 * level 0 is one run shared by all arms.
 */
export function findRun(session: Session, branchId: string, { seed, arm, level }: RunId): SessionRun | undefined {
  const branch = ownerBranch(session, branchId, level).id;
  return runsByPlace(session.runs).get(placeOf({ branch, seed, arm: level === 0 ? 'ticket' : arm, level }));
}

const placeOf = ({ branch, seed, arm, level }: RunId & { readonly branch: string }): string => `${seed}/${arm}/${level}/${branch}`;

/** They are looked up by the thousand. */
const runsByPlace = remembered(
  (runs: readonly SessionRun[]): ReadonlyMap<string, SessionRun> => new Map(runs.map((run) => [placeOf(run), run])),
);

const treeOf = ({ branches }: Session): Tree => treeOfBranches(branches);
const treeOfBranches = remembered((branches: readonly Branch[]) => new Tree(branches));

/** The name that people see: the trunk's. */
export const sessionName = (session: Session): string => trunkOf(session).name;

export const renameSession = (session: Session, name: string): Session => changeBranch(session, TRUNK, { name });
