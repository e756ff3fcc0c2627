/** Files, and recipes from them. */
import { readFile, stat } from 'node:fs/promises';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { parseRecipeText } from '../science/recipe/parse.ts';
import { megabytes } from '../sessions/limits.ts';
import { decodeText } from '../sessions/text.ts';
import type { Recipe } from '../science/recipe/schema.ts';

/** Of a recipe's file: more than the longest text that is one, whatever its encoding. */
const MOST_RECIPE_BYTES = 2 ** 20;

/** Throws a LabError that names the file, or the recipe's field at fault. */
export async function readRecipe(path: string): Promise<Recipe> {
  return parseRecipeText(decodeText(await readBytes(path, MOST_RECIPE_BYTES)));
}

/**
 * What is in a file of at most so many bytes, which is looked at before any of it is read; as a plain array: the slices of
 * a Node buffer are no copies of their own, and what is sent to a worker from one would take the others along. Throws a
 * LabError that names the file.
 */
export async function readBytes(path: string, limit: number): Promise<Uint8Array> {
  let size = 0;
  try {
    ({ size } = await stat(path));
    if (size <= limit) {
      const { buffer, byteOffset, length } = await readFile(path);
      return new Uint8Array(buffer, byteOffset, length);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new LabError(m.library_file_too_big({ source: path, megabytes: Math.ceil(megabytes(size)), limit: megabytes(limit) }), path);
}

const unreadable = (path: string, cause: unknown): LabError =>
  new LabError(m.cli_unreadable({ path, reason: cause instanceof Error ? cause.message : '' }), path, { cause });
