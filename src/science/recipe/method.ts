/** What follows from how a recipe comes by its masks. */
import type { Recipe } from './schema.ts';

/** Whether a level's mask is cut from the ticket before by scores of its weights. */
export const isCut = ({ method }: Pick<Recipe, 'method'>): boolean => method.type === 'prune' || method.type === 'early-bird';

/** Steps of an epoch; a last batch that is not full is dropped. */
export const epochSteps = ({ task, training }: Pick<Recipe, 'task' | 'training'>): number => Math.floor(task.train / training.batchSize);
