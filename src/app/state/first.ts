/** What a first visitor finds on the bench: public/recipes/spiral-2d.json, at hand before anything is fetched. */
import { parseRecipe } from '../../science/recipe/parse.ts';
import type { Recipe } from '../../science/recipe/schema.ts';

export const firstRecipe = (): Recipe =>
  parseRecipe({
    name: 'Spiral',
    task: { dataset: 'spiral', train: 1000, validation: 200, test: 1000 },
    model: { family: 'mlp', hidden: [48, 48] },
    training: { optimizer: { type: 'adam', learningRate: 0.004 }, batchSize: 50, steps: 1500, evaluateEvery: 50 },
    pruning: { levels: 10 },
    arms: ['ticket', 'reinit', 'random-mask'],
    seeds: [1],
  });
