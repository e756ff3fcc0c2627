/**
 * The recipe: everything needed to repeat an experiment, as JSON. This file is its shape and ranges;
 * the types follow from it. What fields mean together is checked in check.ts, defaults are filled in defaults.ts.
 */
import * as v from 'valibot';
import { corruptions } from '../../tasks/corrupt.ts';

const integer = (least: number, most: number) => v.pipe(v.number(), v.finite(), v.integer(), v.minValue(least), v.maxValue(most));
const rate = () => v.pipe(v.number(), v.finite(), v.minValue(0), v.ltValue(1));
const positive = (most: number) => v.pipe(v.number(), v.finite(), v.gtValue(0), v.maxValue(most));

export const MAX_STEPS = 1_000_000;
export const MAX_LEVELS = 128;
export const MAX_SEEDS = 64;
/** Characters of a name. */
export const MAX_NAME = 200;

export const activations = ['relu', 'tanh'] as const;
export const initialisers = ['glorot-normal', 'glorot-uniform', 'kaiming-normal', 'kaiming-uniform'] as const;
export const criteria = [
  'magnitude',
  'random',
  'small-final',
  'large-init',
  'small-init',
  'large-init-large-final',
  'large-init-large-final-percentiles',
  'magnitude-increase',
  'movement',
  'gradient',
  'taylor',
  'snip',
  'grasp',
  'grasp-magnitude',
  'synflow',
] as const;
export const scopes = ['layerwise', 'global', 'uniform', 'erdos-renyi', 'erdos-renyi-kernel', 'smart-ratio'] as const;
export const pruningSchedules = ['iterative', 'one-shot', 'gradual', 'exponential'] as const;
export const structures = ['weights', 'neurons', 'inputs', 'blocks'] as const;
export const keptTreatments = ['rewound', 'fresh', 'shuffled', 'constant', 'shuffled-signs'] as const;
export const takes = ['ticket', 'mask'] as const;
export const cutTreatments = ['zero', 'frozen', 'frozen-if-grown'] as const;
export const methodTypes = ['prune', 'edge-popup', 'set', 'rigl', 'bernoulli', 'early-bird'] as const;
/** How edge-popup's scores begin: uniform up to √(6/fan-in) either way, or up to 1/√fan-in. */
export const scoreInits = ['kaiming-uniform', 'fan-in-uniform'] as const;
/** What an early-bird ticket trains from: it goes on where it was drawn, or the recipe rewinds it. */
export const earlyBirdThens = ['continue', 'rewind'] as const;
export const arms = ['ticket', 'reinit', 'random-mask', 'shuffled-mask', 'inverted-mask'] as const;

const TaskSchema = v.strictObject({
  dataset: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  train: integer(1, 1_000_000),
  validation: integer(1, 1_000_000),
  test: integer(1, 1_000_000),
  normalise: v.picklist(['dataset', 'none']),
  /** Named augmentations, applied in order; none are defined yet. */
  augment: v.pipe(v.array(v.never()), v.maxLength(0)),
  /** What is done to the training examples, so that nothing can be learned from them (Su et al. 2020, §3). */
  corrupt: v.picklist(corruptions),
});

export const MlpSchema = v.strictObject({
  family: v.literal('mlp'),
  hidden: v.pipe(v.array(integer(1, 8192)), v.maxLength(16)),
  activation: v.picklist(activations),
  init: v.picklist(initialisers),
});

const learningRate = () => positive(1000);

export const OptimizerSchema = v.variant('type', [
  v.strictObject({ type: v.literal('sgd'), learningRate: learningRate() }),
  v.strictObject({ type: v.literal('momentum'), learningRate: learningRate(), momentum: rate() }),
  v.strictObject({ type: v.literal('adam'), learningRate: learningRate(), beta1: rate(), beta2: rate() }),
]);

/** `warmup`: steps over which the rate rises linearly from 0; then what `type` says. */
export const RateScheduleSchema = v.variant('type', [
  v.strictObject({ type: v.literal('constant'), warmup: integer(0, MAX_STEPS) }),
  v.strictObject({
    type: v.literal('step'),
    warmup: integer(0, MAX_STEPS),
    /** Positions at which the rate is multiplied by `factor`, ascending. */
    milestones: v.pipe(v.array(integer(1, MAX_STEPS)), v.maxLength(16)),
    factor: positive(1),
  }),
  v.strictObject({ type: v.literal('cosine'), warmup: integer(0, MAX_STEPS) }),
]);

const TrainingSchema = v.strictObject({
  optimizer: OptimizerSchema,
  weightDecay: v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(100)),
  schedule: RateScheduleSchema,
  batchSize: integer(1, 65_536),
  steps: integer(1, MAX_STEPS),
  evaluateEvery: integer(1, MAX_STEPS),
  /** Test examples behind the learning curves; the whole test split is used at the last step and at early stop. */
  curveTest: integer(1, 1_000_000),
});

const PruningSchema = v.strictObject({
  criterion: v.picklist(criteria),
  /** Whether weights whose sign differs from their init's go first (Zhou et al. 2019, §3). */
  signAware: v.boolean(),
  /** Whose weights are scored: those at the last step of the level pruned from, or the init (pruning at initialisation). */
  scoredAt: v.picklist(['final', 'init']),
  /** Training examples of every class behind a score that looks at data. */
  examplesPerClass: integer(1, 1000),
  /** What the logits are divided by before the loss whose Hessian a score looks at. */
  temperature: positive(1_000_000),
  scope: v.picklist(scopes),
  schedule: v.picklist(pruningSchedules),
  /** Which weights go together: each by itself, whole hidden units, whole inputs, or N of every `blockSize` in a row. */
  structure: v.picklist(structures),
  blockSize: integer(2, 64),
  levels: integer(0, MAX_LEVELS),
  /** Shares of the weights kept now that one level cuts. */
  rate: rate(),
  convRate: rate(),
  outputRate: rate(),
});

const RewindSchema = v.strictObject({
  weights: v.union([v.literal('init'), v.strictObject({ step: integer(0, MAX_STEPS) }), v.literal('final')]),
  schedule: v.union([v.strictObject({ from: integer(0, MAX_STEPS) }), v.literal('final-rate')]),
  /** What becomes of the rewound values of kept weights (Zhou et al. 2019, §4). */
  kept: v.picklist(keptTreatments),
  /** What cut weights are while the rest trains (Zhou et al. 2019, §4). */
  cut: v.picklist(cutTreatments),
});

/** Of dynamic sparse training: how often connections change, up to when, and how many of a layer's at once. */
const rewiring = () => ({
  /** Steps between two changes: ΔT. */
  every: integer(1, MAX_STEPS),
  /** Share of the training after which connections stay. */
  until: positive(1),
  /** Share of a layer's kept weights that is dropped and grown: ζ, or α, with which RigL begins. */
  share: v.pipe(v.number(), v.finite(), v.gtValue(0), v.ltValue(1)),
});

/** How a level's ticket comes about: pruned and trained, found among untrained weights, or rewired while it trains. */
const MethodSchema = v.variant('type', [
  v.strictObject({ type: v.literal('prune') }),
  v.strictObject({
    type: v.literal('edge-popup'),
    /** Learning rate of the scores where `training.schedule` leaves all of it. */
    scoreRate: learningRate(),
    scoreMomentum: rate(),
    scoreInit: v.picklist(scoreInits),
    /** L2 penalty: scoreDecay × s is added to the slope of every score. */
    scoreDecay: v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(100)),
    /** Whether weights are divided by the root of the share of their layer that is kept. */
    rescale: v.boolean(),
  }),
  v.strictObject({ type: v.literal('set'), ...rewiring() }),
  v.strictObject({ type: v.literal('rigl'), ...rewiring() }),
  v.strictObject({
    type: v.literal('bernoulli'),
    /** Learning rate of the logits where `training.schedule` leaves all of it. */
    scoreRate: learningRate(),
    scoreMomentum: rate(),
    /** Whether kept weights are divided by the share of their layer that is kept. */
    rescale: v.boolean(),
  }),
  v.strictObject({
    type: v.literal('early-bird'),
    /** Mask distance under which masks have settled, as a share of all weights. */
    tolerance: positive(1),
    /** How many masks, one an epoch, must be that close to each other. */
    window: integer(2, 64),
    then: v.picklist(earlyBirdThens),
  }),
]);

/** What the ticket is drawn on where that is not what it is trained on (Morcos et al. 2019). */
const TransferSchema = v.strictObject({
  task: TaskSchema,
  training: TrainingSchema,
  /** Added to a seed: the ticket of another one. */
  seedOffset: integer(0, 1_000_000),
  /** Its mask and the weights it starts from, or its mask alone. */
  take: v.picklist(takes),
});

export const RecipeSchema = v.strictObject({
  version: v.literal(1),
  /** Free text; in no hash. */
  name: v.pipe(v.string(), v.maxLength(MAX_NAME)),
  task: TaskSchema,
  model: v.variant('family', [MlpSchema]),
  training: TrainingSchema,
  method: MethodSchema,
  pruning: PruningSchema,
  rewind: RewindSchema,
  transfer: v.nullable(TransferSchema),
  arms: v.pipe(v.array(v.picklist(arms)), v.minLength(1), v.maxLength(arms.length)),
  seeds: v.pipe(v.array(integer(0, 2 ** 31 - 1)), v.minLength(1), v.maxLength(MAX_SEEDS)),
});

/** A whole recipe: every default filled in, every value in range. */
export type Recipe = v.InferOutput<typeof RecipeSchema>;
export type Optimizer = v.InferOutput<typeof OptimizerSchema>;
export type RateSchedule = v.InferOutput<typeof RateScheduleSchema>;
export type Arm = (typeof arms)[number];
export type Initialiser = (typeof initialisers)[number];
