/** What a setting of a recipe is, to the panel that draws it, and the kinds of controls that several groups use. */
import { m } from '../../../paraglide/messages.js';
import type { Recipe } from '../../../science/recipe/schema.ts';
import { datasets } from '../../../tasks/catalogue.ts';
import { corruptions } from '../../../tasks/corrupt.ts';

interface Option {
  readonly value: string;
  readonly label: string;
}

export type Control =
  | { readonly kind: 'choice' | 'segments'; readonly options: readonly Option[] }
  | { readonly kind: 'number'; readonly integer: boolean; readonly wide?: boolean }
  /** A share (0..1) edited as per cent. */
  | { readonly kind: 'rate' }
  /** Numbers separated by commas. */
  | { readonly kind: 'list' }
  | { readonly kind: 'switch' };

export interface Field {
  /** In the recipe. */
  readonly path: string;
  readonly label: string;
  readonly control: Control;
  /** Which of explanations.ts says what it does, where that is not the one of its path. */
  readonly explain?: string;
  /** Whether it means anything for this recipe. */
  readonly when?: (value: (path: string) => unknown) => boolean;
}

export interface Group {
  readonly id: 'task' | 'network' | 'training' | 'method' | 'prune' | 'transfer';
  readonly title: string;
  readonly paper?: string;
  readonly fields: readonly Field[];
}

/** Reads the recipe as it is being edited. */
type Value = (path: string) => unknown;

export const number = { kind: 'number', integer: true } as const;
export const real = { kind: 'number', integer: false } as const;
export const named = (values: readonly string[], names: Readonly<Record<string, string>> = {}): readonly Option[] =>
  values.map((value) => ({ value, label: names[value] ?? value }));

export const datasetOptions: readonly Option[] = datasets.map(({ name, title }) => ({ value: name, label: title }));
export const corruptOptions = named(corruptions, {
  none: m.recipe_corrupt_none(),
  labels: m.recipe_corrupt_labels(),
  pixels: m.recipe_corrupt_pixels(),
});
export const optimizerOptions = named(['adam', 'sgd', 'momentum'], { adam: 'Adam', sgd: 'SGD', momentum: m.app_optimizer_momentum() });

export type MethodType = Recipe['method']['type'];
/** Whether the method is one of these. */
export const method =
  (...types: MethodType[]) =>
  (value: Value): boolean =>
    types.includes(value('method.type') as MethodType);
