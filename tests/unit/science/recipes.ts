import { parseRecipe } from '../../../src/science/recipe/parse.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';

/** A recipe small enough to train in a test, changed section by section. */
export function tinyRecipe(changes: Readonly<Record<string, unknown>> = {}): Recipe {
  return parseRecipe({
    task: { dataset: 'digits', train: 300, validation: 60, test: 100 },
    model: { family: 'mlp', hidden: [12, 8] },
    training: { batchSize: 20, steps: 40, evaluateEvery: 20, curveTest: 50 },
    pruning: { levels: 3 },
    arms: ['ticket', 'reinit', 'random-mask', 'shuffled-mask'],
    seeds: [1],
    ...changes,
  });
}
