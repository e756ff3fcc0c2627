/** Which weights go together when they are cut; by the recipe's word. `weights`, where each goes by itself, is none of them. */
import type { Recipe } from '../recipe/schema.ts';
import { blocks } from './blocks.ts';
import type { Grouping } from './grouping.ts';
import { inputs, neurons } from './units.ts';

export type Structure = Exclude<Recipe['pruning']['structure'], 'weights'>;

export const structures: Readonly<Record<Structure, Grouping>> = { neurons, inputs, blocks };
