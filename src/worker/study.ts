/** What the stage shows of a run that has ended, worked out again from what the notebook kept of it and its ancestors. */
import { histograms, limitsOf, widened, type LayerHistogram } from '../science/analysis/histogram.ts';
import { cutExactly, nextCut, nextThresholds } from '../science/analysis/next-cut.ts';
import { transitionOf, type Transition } from '../science/analysis/transition.ts';
import { begin, type Ancestors } from '../science/draw.ts';
import type { Mask } from '../science/mask.ts';
import { recipeAt, type Plan } from '../science/plan.ts';
import { modelOf } from '../science/recipe/model.ts';
import type { RunId } from '../science/result.ts';
import type { Tensors } from '../science/tensors.ts';

export interface StudyRequest {
  readonly plan: Plan;
  readonly run: RunId;
  /** Null at level 0. */
  readonly ancestors: Ancestors | null;
  readonly mask: Mask;
  /** The run's parameters at its last step. */
  readonly final: Tensors;
}

export interface Study {
  readonly transition: Transition | null;
  readonly histograms: readonly LayerHistogram[];
  /** What the next level cuts; null where none is cut from this run. */
  readonly next: Mask | null;
}

/** The same numbers as were shown while the run trained. */
export function study({ plan, run, ancestors, mask, final }: StudyRequest): Study {
  const recipe = recipeAt(plan, run.level);
  const model = modelOf(recipe);
  const drawing = begin(plan, model, run, ancestors, mask);
  const { start } = drawing;
  const narrow = limitsOf(model, recipe);
  const before = ancestors === null ? narrow : widened(narrow, ancestors.parent.mask, ancestors.parent.final.parameters);
  const limits = widened(before, mask, final);
  const next = nextCut(plan, model, run, mask, final);
  const cut = next === null ? null : cutExactly(next, final, limits, nextThresholds(plan, model, run.level, mask, final));
  return {
    transition: transitionOf(recipe, model, run, drawing, ancestors, before),
    histograms: histograms(model, mask, start.parameters, final, limits, cut),
    next,
  };
}

/** Studies a run, somewhere that the page does not wait for. */
export type Student = (request: StudyRequest) => Promise<Study>;
