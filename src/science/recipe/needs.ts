/** What a recipe asks of an engine, known before anything runs. */
import type { Need } from '../trainer.ts';
import { modelOf } from './model.ts';
import type { Recipe } from './schema.ts';

export const needsOf = (recipe: Recipe): readonly Need[] => [
  ...new Set<Need>([...modelOf(recipe).layers.map(({ kind }): Need => `layer:${kind}`), `optimizer:${recipe.training.optimizer.type}`]),
];
