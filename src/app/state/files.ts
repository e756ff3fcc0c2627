/** Recipes from outside: from files, and those beside the page. */
import { LabError } from '../../science/errors.ts';
import { m } from '../../paraglide/messages.js';
import { parseRecipeText } from '../../science/recipe/parse.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import { fittedName } from '../../sessions/limits.ts';

/** A recipe without a name takes its file's. */
export function recipeNamed(text: string, fileName: string): Recipe {
  const recipe = parseRecipeText(text);
  return recipe.name === '' ? { ...recipe, name: fittedName(fileName.replace(/\.json$/i, '')) } : recipe;
}

/** A ready-made recipe, as recipes/index.json lists it. */
export interface ReadyMade {
  readonly file: string;
  readonly name: string;
  /** One line on what it shows. */
  readonly summary: string;
  /** About how long it takes without a GPU. */
  readonly minutes: number;
  /** File of examples/ that holds its results, where they ship. */
  readonly example?: string;
}

export function parseReadyMade(text: string): readonly ReadyMade[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new LabError(m.app_recipes_unreadable(), 'recipes/index.json');
  return list as ReadyMade[];
}
