/** Texts from outside: dropped files and the recipes beside the page. */
import { LabError } from '../../science/errors.ts';
import { m } from '../../paraglide/messages.js';
import { isPlain } from '../../science/recipe/plain.ts';
import { parseRecipeText } from '../../science/recipe/parse.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import { importSession } from '../../sessions/file.ts';
import type { Session } from '../../sessions/session.ts';

export type Opened = { readonly kind: 'session'; readonly session: Session } | { readonly kind: 'recipe'; readonly recipe: Recipe };

/** A session or a recipe, whichever the text is. Throws a LabError that names the file or its field at fault. */
export function openText(text: string, fileName: string): Opened {
  if (looksLikeRecipe(text)) return { kind: 'recipe', recipe: recipeNamed(text, fileName) };
  return { kind: 'session', session: importSession(text, fileName) };
}

/** A recipe without a name takes its file's. */
export function recipeNamed(text: string, fileName: string): Recipe {
  const recipe = parseRecipeText(text);
  return recipe.name === '' ? { ...recipe, name: fileName.replace(/\.json$/i, '') } : recipe;
}

/** Recipes have a task and a model; anything else is read as a session, whose reader says what is wrong with it. */
function looksLikeRecipe(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isPlain(value) && !('format' in value) && ('task' in value || 'model' in value);
  } catch {
    return false;
  }
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
