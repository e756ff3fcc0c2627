/** The recipe as it is being edited: always whole, perhaps wrong; what is wrong is said beside the field. */
import { LabError } from '../../science/errors.ts';
import { parseNewRecipe, parseRecipeText } from '../../science/recipe/parse.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import { differences, edited, read, type Candidate } from './edits.ts';

export interface FieldError {
  /** Path of the field at fault, or `recipe`. */
  readonly field: string;
  readonly message: string;
}

/** Edits that can be taken back. */
const MAX_HISTORY = 200;

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

  private past = $state.raw<readonly Candidate[]>([]);
  private future = $state.raw<readonly Candidate[]>([]);
  readonly canUndo: boolean = $derived.by(() => this.past.length > 0);
  readonly canRedo: boolean = $derived.by(() => this.future.length > 0);

  constructor(recipe: Recipe) {
    this.base = $state.raw(recipe);
    this.candidate = $state.raw(recipe);
    this.recipe = recipe;
  }

  /** Another recipe is on the bench; its past is not this one's. */
  open(recipe: Recipe): void {
    this.past = this.future = [];
    this.rebase(recipe);
  }

  /** What was edited is now what the experiment runs. */
  rebase(recipe: Recipe): void {
    this.base = recipe;
    this.show(recipe);
  }

  /** Takes all changes back. */
  revert(): void {
    this.remember();
    this.show(this.base);
  }

  undo(): void {
    const previous = this.past.at(-1);
    if (previous === undefined) return;
    this.past = this.past.slice(0, -1);
    this.future = [...this.future, this.candidate];
    this.take(previous);
  }

  redo(): void {
    const next = this.future.at(-1);
    if (next === undefined) return;
    this.future = this.future.slice(0, -1);
    this.past = [...this.past, this.candidate];
    this.take(next);
  }

  value(path: string): unknown {
    return read(this.candidate, path);
  }

  set(path: string, value: unknown): void {
    this.remember();
    this.take(edited(this.candidate, path, value));
  }

  /** The whole recipe as JSON text; false where it cannot be one, and `error` says why. */
  setText(text: string): boolean {
    this.remember();
    return this.check(() => parseRecipeText(text));
  }

  private remember(): void {
    this.past = [...this.past, this.candidate].slice(-MAX_HISTORY);
    this.future = [];
  }

  private show(recipe: Recipe): void {
    this.candidate = recipe;
    this.recipe = recipe;
    this.error = null;
  }

  private take(candidate: Candidate): void {
    this.candidate = candidate;
    this.check(() => parseNewRecipe(candidate));
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
