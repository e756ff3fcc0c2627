/** The branches that a link speaks of, as a plan and as a session, and which of its runs are along which of them. */
import { planOf, type Plan } from '../../science/plan.ts';
import { MAX_LEVELS, type Recipe } from '../../science/recipe/schema.ts';
import { groupBy } from '../../science/group.ts';
import { remembered } from '../remembered.ts';
import { growBranch, newSession, ownerBranch, TRUNK, type Session } from '../session.ts';

/** A what-if of a link. */
export interface SharedBranch {
  readonly name: string;
  /** The last level that it took over. */
  readonly fromLevel: number;
  readonly recipe: Recipe;
}

/** Which recipe governs which level of the branch that is shown. */
export const planOfLineage = (trunk: Recipe, branches: readonly SharedBranch[]): Plan =>
  branches.reduce<Plan>((plan, { recipe, fromLevel }) => ({ recipe, from: { plan, level: fromLevel } }), planOf(trunk));

interface Lineage {
  readonly name: string;
  readonly recipe: Recipe;
  readonly branches: readonly SharedBranch[];
}

/** A session with the link's branches and no runs; the last branch is the one that is shown. */
export function sessionOf({ name, recipe, branches }: Lineage): Session {
  return branches.reduce(
    (session, branch, index) => growBranch(session, idOf(index + 1), idOf(index), branch.fromLevel, branch.name, branch.recipe),
    newSession({ ...recipe, name }),
  );
}

const idOf = (index: number): string => (index === 0 ? TRUNK : `what-if-${index}`);

/** The branch of `sessionOf` that a link's runs of a level belong to. */
export const ownerIn = ({ branches }: Pick<Lineage, 'branches'>, level: number): string => ownersIn(branches)[level];

const ownersIn = remembered((branches: readonly SharedBranch[]): readonly string[] =>
  Array.from({ length: MAX_LEVELS + 1 }, (_, level) => idOf(branches.findLastIndex(({ fromLevel }) => level > fromLevel) + 1)),
);

/** Whether what a link tells of a level is along this branch, too. */
export const isAlong = (shared: Pick<Lineage, 'branches'>, session: Session, branchId: string, level: number): boolean =>
  ownerBranch(session, branchId, level).id === ownerIn(shared, level);

/**
 * Of what a link tells, what is along this branch, from a level on. Levels are asked for, not runs: there may be 16 000
 * runs and 128 branches.
 */
export const toldAlong = <Told extends OfLevel>(
  shared: Pick<Lineage, 'branches'>,
  session: Session,
  branchId: string,
  told: readonly Told[],
  from = 0,
): Told[] =>
  [...placesByLevel(told)].flatMap(([level, places]) =>
    level >= from && isAlong(shared, session, branchId, level) ? places.map((place) => told[place]) : [],
  );

interface OfLevel {
  readonly level: number;
}

const placesByLevel = remembered((told: readonly OfLevel[]) => groupBy([...told.keys()], (place) => told[place].level));
