/** Which learner a run has, by the method of the recipe that governs its level. */
import type { Model } from '../models/model.ts';
import type { Batches } from '../tasks/task.ts';
import type { Drawing } from './draw.ts';
import { DynamicSparse } from './dynamic/learner.ts';
import { EarlyBird } from './early-bird/watch.ts';
import { recipeAt, type Plan } from './plan.ts';
import type { RunId } from './result.ts';
import type { Learner } from './run.ts';
import { BernoulliSupermask } from './strong/bernoulli.ts';
import { EdgePopup } from './strong/edge-popup.ts';

interface Learning {
  /** None: the weights are learned under the mask that was drawn. */
  readonly learner?: Learner;
  readonly drawing: Drawing;
}

/** The controls learn their weights, whatever the method, and so does the dense network, which may be watched. */
export function learnerOf(plan: Plan, model: Model, run: RunId, drawing: Drawing, batches: Batches): Learning {
  const recipe = recipeAt(plan, run.level);
  const { method, training } = recipe;
  if (run.level === 0 && method.type === 'early-bird')
    return { learner: new EarlyBird(plan, model, run, method, recipe, drawing, batches), drawing };
  if (run.level === 0 || run.arm !== 'ticket') return { drawing };
  switch (method.type) {
    case 'prune':
    case 'early-bird':
      return { drawing };
    case 'edge-popup': {
      const learner = new EdgePopup(plan, model, run, method, training, drawing.start, batches);
      return { learner, drawing: { ...drawing, start: learner.start } };
    }
    case 'bernoulli': {
      const learner = new BernoulliSupermask(plan, model, run, method, training, drawing.start, batches);
      return { learner, drawing: { ...drawing, start: learner.start } };
    }
    case 'set':
    case 'rigl':
      return { learner: new DynamicSparse(model, run, method, training.steps, drawing, batches), drawing };
  }
}
