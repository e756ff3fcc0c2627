/** Recipes that take seconds: small enough for a test, large enough to be caught in the act. */

/** A recipe as somebody types it; what is left out takes its default. */
export type TypedRecipe = Readonly<Record<string, unknown>>;

const digitsTask = { dataset: 'digits', train: 1300, validation: 200, test: 297 };

/** Three rounds with a control, done in about a second. */
export const quick: TypedRecipe = {
  name: 'Quick',
  task: digitsTask,
  model: { family: 'mlp', hidden: [32] },
  training: { batchSize: 50, steps: 300, evaluateEvery: 50 },
  pruning: { levels: 3 },
  arms: ['ticket', 'random-mask'],
  seeds: [1],
};

/** Levels that take about a second each, so that there is time to interrupt them. */
export const slow: TypedRecipe = {
  ...quick,
  name: 'Slow',
  model: { family: 'mlp', hidden: [128, 64] },
  training: { batchSize: 64, steps: 3000, evaluateEvery: 500 },
  pruning: { levels: 2 },
};

/** Small cuts and short trainings of a network whose weights (50 000) outweigh everything else, to see what grows over many levels. */
export const deep: TypedRecipe = {
  ...quick,
  name: 'Deep',
  task: { dataset: 'digits', train: 300, validation: 100, test: 100 },
  model: { family: 'mlp', hidden: [300, 100] },
  training: { batchSize: 50, steps: 10, evaluateEvery: 10 },
  pruning: { rate: 0.03, levels: 20 },
};
