/** A session with what-ifs, trained to its end, whose every run has figures of its own. */
import type { RunId } from '../../../../src/science/result.ts';
import { runsOf } from '../../../../src/science/experiment.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import type { Recipe } from '../../../../src/science/recipe/schema.ts';
import { evidenceOf, type BranchEvidence } from '../../../../src/app/lab/evidence/branches.ts';
import { addRun, branchOf, growBranch, planOfBranch, TRUNK, type Session } from '../../../../src/sessions/session.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleResult, sampleSession } from '../../sessions/sample.ts';

/** Levels 0 to 3, seeds 1 and 2, two arms. */
export const recipe = tinyRecipe({ seeds: [1, 2], arms: ['ticket', 'reinit'] });

/** The session with a what-if whose runs after `fromLevel` are `points` better than the sample's. */
export function grown(
  session: Session,
  id: string,
  parent: string,
  fromLevel: number,
  points: number,
  change: Partial<Recipe> = {},
): Session {
  const branched = growBranch(session, id, parent, fromLevel, `what if ${id}`, { ...branchOf(session, parent).recipe, ...change });
  const plan = planOfBranch(branched, id);
  const own = runsOf(plan).filter(({ level }) => level > fromLevel);
  return own.reduce((known, run) => addRun(known, id, better(plan.recipe, run, points)), branched);
}

function better(of: Recipe, run: RunId, points: number) {
  const result = sampleResult(of, run);
  const { accuracy, loss } = result.metrics;
  return { ...result, metrics: { loss, accuracy: { ...accuracy, test: accuracy.test + points / 100 } } };
}

/** The trunk; from its level 1 `early`; from its level 2 `late`; from level 2 of `early` another. */
export const forest = grown(grown(grown(sampleSession(recipe), 'early', TRUNK, 1, 1), 'late', TRUNK, 2, 2), 'child', 'early', 2, 3);

export const branchesOf = (session: Session): BranchEvidence[] => evidenceOf({ session, shared: null, model: modelOf(recipe) });

export function branchNamed(session: Session, id: string): BranchEvidence {
  const found = branchesOf(session).find(({ branch }) => branch.id === id);
  if (found === undefined) throw new Error(`no branch ${id}`);
  return found;
}
