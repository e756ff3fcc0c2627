/** The recipe as it is being edited: always whole, perhaps wrong; what is wrong is said beside the field. */
import { LabError } from '../../science/errors.ts';
import { parseRecipe, parseRecipeText } from '../../science/recipe/parse.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import { differences, edited, read, type Candidate } from './edits.ts';

export interface FieldError {
  /** Path of the field at fault, or `recipe`. */
  readonly field: string;
  readonly message: string;
}

export class Draft {
  /** What the experiment runs. */
  base: Recipe;
  candidate: Candidate;
  error = $state.raw<FieldError | null>(null);
  /** The candidate where it can be run, else null. */
  recipe = $state.raw<Recipe | null>(null);
  /** Paths that differ from what the experiment runs. */
  readonly changes: readonly string[] = $derived.by(() => differences(this.base, this.candidate));
  readonly isChanged: boolean = $derived.by(() => this.changes.length > 0);

  constructor(recipe: Recipe) {
    this.base = $state.raw(recipe);
    this.candidate = $state.raw(recipe);
    this.recipe = recipe;
  }

  reset(recipe: Recipe = this.base): void {
    this.base = recipe;
    this.candidate = recipe;
    this.recipe = recipe;
    this.error = null;
  }

  value(path: string): unknown {
    return read(this.candidate, path);
  }

  set(path: string, value: unknown): void {
    this.candidate = edited(this.candidate, path, value);
    this.check(() => parseRecipe(this.candidate));
  }

  /** The whole recipe as JSON text; false where it cannot be one, and `error` says why. */
  setText(text: string): boolean {
    return this.check(() => parseRecipeText(text));
  }

  private check(parse: () => Recipe): boolean {
    try {
      this.recipe = parse();
      this.candidate = this.recipe;
      this.error = null;
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      this.recipe = null;
      this.error = { field: error.subject, message: error.message };
    }
    return this.error === null;
  }
}
