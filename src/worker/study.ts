/** What the stage shows of a run that has ended, worked out again from what the notebook kept of it and its ancestors. */
import { histograms, limitsOf, widened, type LayerHistogram } from '../science/analysis/histogram.ts';
import { cutExactly, nextCut, nextThresholds } from '../science/analysis/next-cut.ts';
import { originOf, transitionOf, type Origin, type Transition } from '../science/analysis/transition.ts';
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
  /** Of a random mask, the network that it is cut from; null where there is none, or it is not kept. */
  readonly before?: Origin | null;
  readonly mask: Mask;
  /** The run's parameters at its last step; null while it trains, when only how it began is asked. */
  readonly final: Tensors | null;
}

export interface Study {
  readonly transition: Transition | null;
  readonly histograms: readonly LayerHistogram[];
  /** What the next level cuts; null where none is cut from this run. */
  readonly next: Mask | null;
}

/** The same numbers as were shown while the run trained. */
export function study({ plan, run, ancestors, before = null, mask, final }: StudyRequest): Study {
  const recipe = recipeAt(plan, run.level);
  const model = modelOf(recipe);
  const drawing = begin(plan, model, run, ancestors, mask);
  const { start } = drawing;
  const narrow = limitsOf(model, recipe);
  const origin = originOf(run, ancestors, before);
  const cutFrom = [ancestors?.parent ?? null, origin].filter((network) => network !== null);
  const wide = cutFrom.reduce((limits, network) => widened(limits, network.mask, network.final.parameters), narrow);
  const transition = transitionOf(recipe, model, run, drawing, origin, wide);
  if (final === null) return { transition, histograms: [], next: null };
  const limits = widened(wide, mask, final);
  const next = nextCut(plan, model, run, mask, final);
  const cut = next === null ? null : cutExactly(next, final, limits, nextThresholds(plan, model, run.level, mask, final));
  return {
    transition,
    histograms: histograms(model, mask, start.parameters, final, limits, cut),
    next,
  };
}

/** Studies a run, somewhere that the page does not wait for. */
export type Student = (request: StudyRequest) => Promise<Study>;
