/** From a recipe's words to a network as data. One function a family. */
import { mlp, type MlpOptions } from './mlp.ts';
import type { Model, Shape } from './model.ts';

/** What a recipe says of its network; recipe/schema.ts checks it. */
export type ModelOptions = MlpOptions;

export const families: Readonly<Record<ModelOptions['family'], { readonly paper: string }>> = {
  mlp: { paper: 'LeCun et al. 1998 (LeNet-300-100); Frankle & Carbin 2019' },
};

/** The network for inputs of a shape and a number of classes. */
export function buildModel(options: ModelOptions, input: Shape, classes: number): Model {
  return mlp(options, input, classes);
}
