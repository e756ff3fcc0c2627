/** What came with a link, whatever the link's form. */
import { LabError } from '../../science/errors.ts';
import { m } from '../../paraglide/messages.js';
import type { Mark } from '../../science/divergence.ts';
import type { Plan } from '../../science/plan.ts';
import { parseRecipe } from '../../science/recipe/parse.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import { MAX_LINK_RUNS } from '../limits.ts';
import type { SharedCurve } from './curves.ts';
import type { SharedFigures } from './figures.ts';
import type { SharedBranch } from './along.ts';
import type { SharedMask } from './masks.ts';

export interface SharedSession {
  readonly name: string;
  /** The trunk's. */
  readonly recipe: Recipe;
  /** What-ifs down to the one that is shown; none where it is the trunk. */
  readonly branches: readonly SharedBranch[];
  /** Of the branch that is shown. */
  readonly plan: Plan;
  readonly figures: readonly SharedFigures[];
  readonly curves: readonly SharedCurve[];
  readonly masks: readonly SharedMask[];
  /** Runs along it that diverged. */
  readonly marks: readonly Mark[];
  /** The link itself, without `#`: to be sent on as it is. */
  readonly hash: string;
}

export const FINGERPRINT_BYTES = 4;
/** Most bytes that text in a link may unpack to; figures of 128 levels, 64 seeds and five arms need some 400 kB. */
export const MAX_TEXT_BYTES = 1_000_000;

/** Asked before anything is worked out for the runs. */
export function expectFewRuns(runs: number): void {
  if (runs > MAX_LINK_RUNS) throw new LabError(m.sessions_link_runs({ runs, limit: MAX_LINK_RUNS }), 'link');
}

export function readRecipe(text: string, name: string): Recipe {
  try {
    return { ...parseRecipe(JSON.parse(text)), name };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(m.sessions_link_recipe({ reason: error.message }), 'link', { cause: error });
  }
}
