/** What a recipe asks of an engine, known before anything runs. */
import { criteria } from '../prune/criteria.ts';
import type { Need } from '../trainer.ts';
import { modelOf } from './model.ts';
import type { Recipe } from './schema.ts';

/** Methods that ask for gradients by weights that are not there. */
const looksAtAbsent: ReadonlySet<Recipe['method']['type']> = new Set(['edge-popup', 'rigl', 'bernoulli']);

export const needsOf = (recipe: Recipe): readonly Need[] => [
  ...new Set<Need>([...modelOf(recipe).layers.map(({ kind }): Need => `layer:${kind}`), `optimizer:${recipe.training.optimizer.type}`]),
  ...(recipe.pruning.levels > 0 ? criteria[recipe.pruning.criterion].needs : []),
  ...(looksAtAbsent.has(recipe.method.type) ? (['dense-gradients'] as const) : []),
  ...(recipe.rewind.cut === 'zero' ? [] : (['frozen-weights'] as const)),
];
