/**
 * The settings of a recipe as data: where each belongs, how it is edited, what it means and which paper it is from.
 * The panel draws whatever stands here.
 */
import { m } from '../../../paraglide/messages.js';
import { activations, cutTreatments, initialisers, keptTreatments, type Recipe } from '../../../science/recipe/schema.ts';
import { corruptOptions, datasetOptions, named, number, optimizerOptions, real, type Field, type Group } from './field.ts';
import { methodGroup, pruneGroup } from './prune-fields.ts';

type Type = Recipe['training']['optimizer']['type'];
const optimizer =
  (...types: Type[]) =>
  (value: (path: string) => unknown): boolean =>
    types.includes(value('training.optimizer.type') as Type);
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
      },
      { path: 'task.train', label: m.app_field_train(), control: number },
      { path: 'task.validation', label: m.app_field_validation(), control: number },
      { path: 'task.test', label: m.app_field_test(), control: number },
      {
        path: 'task.normalise',
        label: m.app_field_normalise(),
        control: {
          kind: 'choice',
          options: named(['dataset', 'none'], { dataset: m.app_normalise_dataset(), none: m.app_normalise_none() }),
        },
      },
      {
        path: 'task.corrupt',
        label: m.recipe_corrupt(),
        control: { kind: 'choice', options: corruptOptions },
      },
    ],
  },
  {
    id: 'network',
    title: m.app_group_network(),
    paper: 'LeCun 1998',
    fields: [
      { path: 'model.hidden', label: m.app_field_hidden(), control: { kind: 'list' } },
      {
        path: 'model.activation',
        label: m.app_field_activation(),
        control: { kind: 'choice', options: named(activations, { relu: 'ReLU' }) },
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
      },
      {
        path: 'training.optimizer.learningRate',
        label: m.app_field_learning_rate(),
        control: real,
      },
      {
        path: 'training.optimizer.momentum',
        label: m.app_field_momentum(),
        control: real,
        when: optimizer('momentum'),
      },
      { path: 'training.optimizer.beta1', label: 'β₁', control: real, when: optimizer('adam') },
      { path: 'training.optimizer.beta2', label: 'β₂', control: real, when: optimizer('adam') },
      { path: 'training.batchSize', label: m.app_field_batch(), control: number },
      { path: 'training.steps', label: m.app_field_steps(), control: number },
      { path: 'training.weightDecay', label: m.app_field_decay(), control: real },
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
      },
      {
        path: 'training.schedule.milestones',
        label: m.app_field_milestones(),
        control: { kind: 'list' },
        when: isStepped,
      },
      { path: 'training.schedule.factor', label: m.app_field_factor(), control: real, when: isStepped },
      { path: 'training.schedule.warmup', label: m.app_field_warmup(), control: number },
      { path: 'training.evaluateEvery', label: m.app_field_evaluate(), control: number },
      { path: 'training.curveTest', label: m.app_field_curve_test(), control: number },
    ],
  },
  methodGroup,
  pruneGroup,
];

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
  },
];
