/** Recipes from files. */
import { readFile } from 'node:fs/promises';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { parseRecipeText } from '../science/recipe/parse.ts';
import { decodeText } from '../sessions/text.ts';
import type { Recipe } from '../science/recipe/schema.ts';

/** Throws a LabError that names the file, or the recipe's field at fault. */
export async function readRecipe(path: string): Promise<Recipe> {
  return parseRecipeText(decodeText(await readBytes(path)));
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

export const unreadable = (path: string, cause: unknown): LabError =>
  new LabError(m.cli_unreadable({ path, reason: cause instanceof Error ? cause.message : '' }), path, { cause });
