/** From anything at all to a recipe that can be run, or an error that names the field and the remedy. */
import * as v from 'valibot';
import { m } from '../../paraglide/messages.js';
import { LabError } from '../errors.ts';
import { faultOf } from '../faults.ts';
import { NotJson, parseJson } from '../json.ts';
import { checkRecipe, checkWorth } from './check.ts';
import { fillDefaults } from './defaults.ts';
import { isPlain } from './plain.ts';
import { RecipeSchema, type Recipe } from './schema.ts';

/** Longest text that is read as a recipe, in characters. */
const MAX_TEXT = 65_536;

/** The recipe of a JSON text, to be run. Throws a LabError: subject `recipe`, or the path of the field at fault. */
export function parseRecipeText(text: string): Recipe {
  if (text.length > MAX_TEXT) throw new LabError(m.science_recipe_too_long({ limit: MAX_TEXT / 1024 }), 'recipe');
  return parseNewRecipe(parseText(text));
}

function parseText(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    throw new LabError(m.science_recipe_not_json({ place: error.message }), 'recipe', { cause: error });
  }
}

/** The recipe with every default filled in and every field checked. Throws a LabError whose subject is the field's path. */
export function parseRecipe(raw: unknown): Recipe {
  if (!isPlain(raw)) throw new LabError(m.science_recipe_not_object(), 'recipe');
  const parsed = v.safeParse(RecipeSchema, fillDefaults(raw));
  // A misspelt field explains a missing one.
  if (!parsed.success) throw fieldError(parsed.issues.find(isUnknownField) ?? parsed.issues[0]);
  checkRecipe(parsed.output);
  return parsed.output;
}

/** A recipe that somebody means to run now: also refused where it would train nothing. One that ran stays readable (`parseRecipe`). */
export function parseNewRecipe(raw: unknown): Recipe {
  const recipe = parseRecipe(raw);
  checkWorth(recipe);
  return recipe;
}

type Issue = v.InferIssue<typeof RecipeSchema>;

const isUnknownField = ({ expected }: Issue): boolean => expected === 'never';

function fieldError(issue: Issue): LabError {
  const fault = faultOf(issue);
  const field = fault.field ?? 'recipe';
  if (isUnknownField(issue)) return new LabError(m.science_recipe_unknown_field({ field }), field);
  if (issue.received === 'undefined') return new LabError(m.science_recipe_missing_field({ field }), field);
  return new LabError(m.science_recipe_wrong_field({ field, expected: issue.expected ?? issue.type, received: fault.received }), field);
}
