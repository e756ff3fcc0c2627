/** Recipes from files. */
import { readFile } from 'node:fs/promises';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { parseRecipeText } from '../science/recipe/parse.ts';
import type { Recipe } from '../science/recipe/schema.ts';

/** Throws a LabError that names the file, or the recipe's field at fault. */
export async function readRecipe(path: string): Promise<Recipe> {
  return parseRecipeText(await readText(path));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

export const unreadable = (path: string, cause: unknown): LabError =>
  new LabError(m.cli_unreadable({ path, reason: cause instanceof Error ? cause.message : '' }), path, { cause });
