/**
 * The settings of a recipe as data: where each belongs, how it is edited, what it means and which paper it is from.
 * The panel draws whatever stands here.
 */
import { m } from '../../../paraglide/messages.js';
import { criteria } from '../../../science/prune/criteria.ts';
import {
  activations,
  criteria as criterionNames,
  cutTreatments,
  earlyBirdThens,
  initialisers,
  keptTreatments,
  methodTypes,
  pruningSchedules,
  scopes,
  structures,
  takes,
  type Recipe,
} from '../../../science/recipe/schema.ts';
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
  /** What it does, and where it comes from. */
  readonly explain: string;
  /** Whether it means anything for this recipe. */
  readonly when?: (value: (path: string) => unknown) => boolean;
}

export interface Group {
  readonly id: 'task' | 'network' | 'training' | 'method' | 'prune' | 'transfer';
  readonly title: string;
  readonly paper?: string;
  readonly fields: readonly Field[];
}

const number = { kind: 'number', integer: true } as const;
const real = { kind: 'number', integer: false } as const;
const named = (values: readonly string[], names: Readonly<Record<string, string>> = {}): readonly Option[] =>
  values.map((value) => ({ value, label: names[value] ?? value }));

type Type = Recipe['training']['optimizer']['type'];
const optimizer =
  (...types: Type[]) =>
  (value: (path: string) => unknown): boolean =>
    types.includes(value('training.optimizer.type') as Type);
const hasOwnRates = (value: (path: string) => unknown): boolean =>
  value('pruning.scope') === 'layerwise' && value('pruning.structure') === 'weights';
const isInBlocks = (value: (path: string) => unknown): boolean => value('pruning.structure') === 'blocks';
const isTransferred = (value: (path: string) => unknown): boolean => value('transfer') !== null;
const datasetOptions: readonly Option[] = datasets.map(({ name, title }) => ({ value: name, label: title }));
const corruptOptions = named(corruptions, {
  none: m.recipe_corrupt_none(),
  labels: m.recipe_corrupt_labels(),
  pixels: m.recipe_corrupt_pixels(),
});
const optimizerOptions = named(['adam', 'sgd', 'momentum'], { adam: 'Adam', sgd: 'SGD', momentum: m.app_optimizer_momentum() });
type MethodType = Recipe['method']['type'];
const method =
  (...types: MethodType[]) =>
  (value: (path: string) => unknown): boolean =>
    types.includes(value('method.type') as MethodType);
/** Whether masks come of scores of weights. */
const isPruned = method('prune', 'early-bird');
const isStepped = (value: (path: string) => unknown): boolean => value('training.schedule.type') === 'step';

export const groups: readonly Group[] = [
  {
    id: 'task',
    title: m.app_group_task(),
    fields: [
      {
        path: 'task.dataset',
        label: m.app_field_dataset(),
        control: { kind: 'choice', options: datasetOptions },
        explain: m.app_explain_dataset(),
      },
      { path: 'task.train', label: m.app_field_train(), control: number, explain: m.app_explain_train() },
      { path: 'task.validation', label: m.app_field_validation(), control: number, explain: m.app_explain_validation() },
      { path: 'task.test', label: m.app_field_test(), control: number, explain: m.app_explain_test() },
      {
        path: 'task.normalise',
        label: m.app_field_normalise(),
        control: {
          kind: 'choice',
          options: named(['dataset', 'none'], { dataset: m.app_normalise_dataset(), none: m.app_normalise_none() }),
        },
        explain: m.app_explain_normalise(),
      },
      {
        path: 'task.corrupt',
        label: m.recipe_corrupt(),
        control: { kind: 'choice', options: corruptOptions },
        explain: m.recipe_corrupt_explain(),
      },
    ],
  },
  {
    id: 'network',
    title: m.app_group_network(),
    paper: 'LeCun 1998',
    fields: [
      { path: 'model.hidden', label: m.app_field_hidden(), control: { kind: 'list' }, explain: m.app_explain_hidden() },
      {
        path: 'model.activation',
        label: m.app_field_activation(),
        control: { kind: 'choice', options: named(activations, { relu: 'ReLU' }) },
        explain: m.app_explain_activation(),
      },
      {
        path: 'model.init',
        label: m.app_field_init(),
        control: {
          kind: 'choice',
          options: named(initialisers, {
            'glorot-normal': m.app_init_glorot_normal(),
            'glorot-uniform': m.app_init_glorot_uniform(),
            'kaiming-normal': m.app_init_kaiming_normal(),
            'kaiming-uniform': m.app_init_kaiming_uniform(),
          }),
        },
        explain: m.app_explain_init(),
      },
    ],
  },
  {
    id: 'training',
    title: m.app_group_training(),
    paper: 'Kingma 2015',
    fields: [
      {
        path: 'training.optimizer.type',
        label: m.app_field_optimizer(),
        control: { kind: 'choice', options: optimizerOptions },
        explain: m.app_explain_optimizer(),
      },
      {
        path: 'training.optimizer.learningRate',
        label: m.app_field_learning_rate(),
        control: real,
        explain: m.app_explain_learning_rate(),
      },
      {
        path: 'training.optimizer.momentum',
        label: m.app_field_momentum(),
        control: real,
        explain: m.app_explain_momentum(),
        when: optimizer('momentum'),
      },
      { path: 'training.optimizer.beta1', label: 'β₁', control: real, explain: m.app_explain_beta1(), when: optimizer('adam') },
      { path: 'training.optimizer.beta2', label: 'β₂', control: real, explain: m.app_explain_beta2(), when: optimizer('adam') },
      { path: 'training.batchSize', label: m.app_field_batch(), control: number, explain: m.app_explain_batch() },
      { path: 'training.steps', label: m.app_field_steps(), control: number, explain: m.app_explain_steps() },
      { path: 'training.weightDecay', label: m.app_field_decay(), control: real, explain: m.app_explain_decay() },
      {
        path: 'training.schedule.type',
        label: m.app_field_schedule(),
        control: {
          kind: 'choice',
          options: named(['constant', 'step', 'cosine'], {
            constant: m.app_schedule_constant(),
            step: m.app_schedule_step(),
            cosine: m.app_schedule_cosine(),
          }),
        },
        explain: m.app_explain_schedule(),
      },
      {
        path: 'training.schedule.milestones',
        label: m.app_field_milestones(),
        control: { kind: 'list' },
        explain: m.app_explain_milestones(),
        when: isStepped,
      },
      { path: 'training.schedule.factor', label: m.app_field_factor(), control: real, explain: m.app_explain_factor(), when: isStepped },
      { path: 'training.schedule.warmup', label: m.app_field_warmup(), control: number, explain: m.app_explain_warmup() },
      { path: 'training.evaluateEvery', label: m.app_field_evaluate(), control: number, explain: m.app_explain_evaluate() },
      { path: 'training.curveTest', label: m.app_field_curve_test(), control: number, explain: m.app_explain_curve_test() },
    ],
  },
  {
    id: 'method',
    title: m.recipe_group_method(),
    fields: [
      {
        path: 'method.type',
        label: m.recipe_method(),
        control: {
          kind: 'choice',
          options: named(methodTypes, {
            prune: m.recipe_method_prune(),
            'edge-popup': m.recipe_method_edge_popup(),
            set: m.recipe_method_set(),
            rigl: m.recipe_method_rigl(),
            bernoulli: m.recipe_method_bernoulli(),
            'early-bird': m.recipe_method_early_bird(),
          }),
        },
        explain: m.recipe_method_explain(),
      },
      {
        path: 'method.scoreRate',
        label: m.recipe_score_rate(),
        control: real,
        explain: m.recipe_score_rate_explain(),
        when: method('edge-popup', 'bernoulli'),
      },
      {
        path: 'method.scoreMomentum',
        label: m.recipe_score_momentum(),
        control: real,
        explain: m.recipe_score_momentum_explain(),
        when: method('edge-popup', 'bernoulli'),
      },
      {
        path: 'method.rescale',
        label: m.recipe_rescale(),
        control: { kind: 'switch' },
        explain: m.recipe_rescale_explain(),
        when: method('bernoulli'),
      },
      {
        path: 'method.tolerance',
        label: m.recipe_tolerance(),
        control: { kind: 'rate' },
        explain: m.recipe_tolerance_explain(),
        when: method('early-bird'),
      },
      { path: 'method.window', label: m.recipe_window(), control: number, explain: m.recipe_window_explain(), when: method('early-bird') },
      {
        path: 'method.then',
        label: m.recipe_then(),
        control: {
          kind: 'choice',
          options: named(earlyBirdThens, { continue: m.recipe_then_continue(), rewind: m.recipe_then_rewind() }),
        },
        explain: m.recipe_then_explain(),
        when: method('early-bird'),
      },
      { path: 'method.every', label: m.recipe_every(), control: number, explain: m.recipe_every_explain(), when: method('set', 'rigl') },
      {
        path: 'method.share',
        label: m.recipe_share(),
        control: { kind: 'rate' },
        explain: m.recipe_share_explain(),
        when: method('set', 'rigl'),
      },
      {
        path: 'method.until',
        label: m.recipe_until(),
        control: { kind: 'rate' },
        explain: m.recipe_until_explain(),
        when: method('set', 'rigl'),
      },
    ],
  },
  {
    id: 'prune',
    title: m.app_group_prune(),
    paper: 'Han 2015',
    fields: [
      {
        path: 'pruning.criterion',
        label: m.app_field_criterion(),
        control: { kind: 'choice', options: criterionNames.map((value) => ({ value, label: criteria[value].title() })) },
        explain: m.app_explain_criterion(),
        when: isPruned,
      },
      {
        path: 'pruning.scoredAt',
        label: m.recipe_scored_at(),
        control: { kind: 'choice', options: named(['final', 'init'], { final: m.recipe_scored_final(), init: m.recipe_scored_init() }) },
        explain: m.recipe_scored_explain(),
        when: isPruned,
      },
      {
        path: 'pruning.signAware',
        label: m.recipe_sign_aware(),
        control: { kind: 'switch' },
        explain: m.recipe_sign_aware_explain(),
        when: isPruned,
      },
      {
        path: 'pruning.examplesPerClass',
        label: m.recipe_examples(),
        control: number,
        explain: m.recipe_examples_explain(),
        when: (value) =>
          isPruned(value) && criterionNames.some((name) => name === value('pruning.criterion') && criteria[name].needs.length > 0),
      },
      {
        path: 'pruning.structure',
        label: m.recipe_structure(),
        control: {
          kind: 'choice',
          options: named(structures, {
            weights: m.recipe_structure_weights(),
            neurons: m.recipe_structure_neurons(),
            inputs: m.recipe_structure_inputs(),
            blocks: m.recipe_structure_blocks(),
          }),
        },
        explain: m.recipe_structure_explain(),
      },
      {
        path: 'pruning.blockSize',
        label: m.recipe_block_size(),
        control: number,
        explain: m.recipe_block_size_explain(),
        when: isInBlocks,
      },
      {
        path: 'pruning.scope',
        label: m.app_field_scope(),
        control: {
          kind: 'choice',
          options: named(scopes, {
            layerwise: m.app_scope_layerwise(),
            global: m.app_scope_global(),
            uniform: m.recipe_scope_uniform(),
            'erdos-renyi': m.recipe_scope_erdos_renyi(),
            'erdos-renyi-kernel': m.recipe_scope_erdos_renyi_kernel(),
            'smart-ratio': m.recipe_scope_smart_ratio(),
          }),
        },
        explain: m.app_explain_scope(),
      },
      {
        path: 'pruning.schedule',
        label: m.app_field_rounds(),
        control: {
          kind: 'choice',
          options: named(pruningSchedules, {
            iterative: m.app_rounds_iterative(),
            'one-shot': m.app_rounds_one_shot(),
            gradual: m.recipe_rounds_gradual(),
            exponential: m.recipe_rounds_exponential(),
          }),
        },
        explain: m.app_explain_rounds(),
      },
      {
        path: 'pruning.rate',
        label: m.app_field_rate(),
        control: { kind: 'rate' },
        explain: m.app_explain_rate(),
        when: (value) => !isInBlocks(value),
      },
      {
        path: 'pruning.outputRate',
        label: m.app_field_output_rate(),
        control: { kind: 'rate' },
        explain: m.app_explain_output_rate(),
        when: hasOwnRates,
      },
      { path: 'pruning.levels', label: m.app_field_levels(), control: number, explain: m.app_explain_levels() },
    ],
  },
];

/** What the ticket is drawn on where it is not what it is trained on. */
export const transfer: Group = {
  id: 'transfer',
  title: m.recipe_transfer(),
  paper: 'Morcos 2019',
  fields: [
    { path: 'transfer', label: m.recipe_transfer_on(), control: { kind: 'switch' }, explain: m.recipe_transfer_explain() },
    ...(
      [
        {
          path: 'transfer.task.dataset',
          label: m.recipe_transfer_dataset(),
          control: { kind: 'choice', options: datasetOptions },
          explain: m.recipe_transfer_dataset_explain(),
        },
        {
          path: 'transfer.task.corrupt',
          label: m.recipe_transfer_corrupt(),
          control: { kind: 'choice', options: corruptOptions },
          explain: m.recipe_corrupt_explain(),
        },
        {
          path: 'transfer.training.optimizer.type',
          label: m.recipe_transfer_optimizer(),
          control: { kind: 'choice', options: optimizerOptions },
          explain: m.recipe_transfer_optimizer_explain(),
        },
        {
          path: 'transfer.training.optimizer.learningRate',
          label: m.recipe_transfer_rate(),
          control: real,
          explain: m.recipe_transfer_optimizer_explain(),
        },
        { path: 'transfer.training.steps', label: m.recipe_transfer_steps(), control: number, explain: m.recipe_transfer_steps_explain() },
        { path: 'transfer.seedOffset', label: m.recipe_transfer_seed(), control: number, explain: m.recipe_transfer_seed_explain() },
        {
          path: 'transfer.take',
          label: m.recipe_transfer_take(),
          control: {
            kind: 'choice',
            options: named(takes, { ticket: m.recipe_transfer_ticket(), mask: m.recipe_transfer_mask() }),
          },
          explain: m.recipe_transfer_take_explain(),
        },
      ] as const
    ).map((field) => ({ ...field, when: isTransferred })),
  ],
};

/** What the chosen method does, and whose it is; nothing for what somebody is in the middle of typing. */
export const aboutMethod: Readonly<Partial<Record<string, () => string>>> = {
  prune: m.recipe_about_prune,
  'edge-popup': m.recipe_about_edge_popup,
  set: m.recipe_about_set,
  rigl: m.recipe_about_rigl,
  bernoulli: m.recipe_about_bernoulli,
  'early-bird': m.recipe_about_early_bird,
} satisfies Record<MethodType, () => string>;

/** What a rewind makes of single weights; it stands below where they rewind to. */
export const treatments: readonly Field[] = [
  {
    path: 'rewind.kept',
    label: m.recipe_kept(),
    control: {
      kind: 'choice',
      options: named(keptTreatments, {
        rewound: m.recipe_kept_rewound(),
        fresh: m.recipe_kept_fresh(),
        shuffled: m.recipe_kept_shuffled(),
        constant: m.recipe_kept_constant(),
        'shuffled-signs': m.recipe_kept_shuffled_signs(),
      }),
    },
    explain: m.recipe_kept_explain(),
  },
  {
    path: 'rewind.cut',
    label: m.recipe_cut(),
    control: {
      kind: 'choice',
      options: named(cutTreatments, {
        zero: m.recipe_cut_zero(),
        frozen: m.recipe_cut_frozen(),
        'frozen-if-grown': m.recipe_cut_frozen_if_grown(),
      }),
    },
    explain: m.recipe_cut_explain(),
  },
];

/** Where else the panel explains itself. */
export const explainRewind = m.app_explain_rewind();
export const explainArms = m.app_explain_arms();
export const explainSeeds = m.app_explain_seeds();
