/** The network that a recipe describes, as data. */
import { buildModel } from '../../models/build.ts';
import type { Model } from '../../models/model.ts';
import { findDataset } from '../../tasks/catalogue.ts';
import type { Recipe } from './schema.ts';

export function modelOf({ task, model }: Pick<Recipe, 'task' | 'model'>): Model {
  const { input, classes } = findDataset(task.dataset);
  return buildModel(model, input, classes);
}
