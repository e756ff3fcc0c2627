/** How tickets come about, and what is cut how. */
import { m } from '../../../paraglide/messages.js';
import { criteria } from '../../../science/prune/criteria.ts';
import {
  criteria as criterionNames,
  earlyBirdThens,
  methodTypes,
  pruningSchedules,
  scopes,
  scoreInits,
  structures,
} from '../../../science/recipe/schema.ts';
import type { Need } from '../../../science/trainer.ts';
import { method, named, number, real, type Group, type MethodType } from './field.ts';

const hasOwnRates = (value: (path: string) => unknown): boolean =>
  value('pruning.scope') === 'layerwise' && value('pruning.structure') === 'weights';
const isInBlocks = (value: (path: string) => unknown): boolean => value('pruning.structure') === 'blocks';
/** What the criterion asks of an engine; nothing for what somebody is in the middle of typing. */
const needsOf = (value: (path: string) => unknown): readonly Need[] =>
  criterionNames.flatMap((name) => (name === value('pruning.criterion') ? criteria[name].needs : []));
/** Whether masks come of scores of weights. */
const isPruned = method('prune', 'early-bird');

export const methodGroup: Group = {
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
    },
    {
      path: 'method.scoreRate',
      label: m.recipe_score_rate(),
      control: real,
      when: method('edge-popup', 'bernoulli'),
    },
    {
      path: 'method.scoreMomentum',
      label: m.recipe_score_momentum(),
      control: real,
      when: method('edge-popup', 'bernoulli'),
    },
    {
      path: 'method.scoreInit',
      label: m.recipe_score_init(),
      control: {
        kind: 'choice',
        options: named(scoreInits, {
          'kaiming-uniform': m.recipe_score_init_kaiming(),
          'fan-in-uniform': m.recipe_score_init_fan_in(),
        }),
      },
      when: method('edge-popup'),
    },
    {
      path: 'method.scoreDecay',
      label: m.recipe_score_decay(),
      control: real,
      when: method('edge-popup'),
    },
    {
      path: 'method.rescale',
      label: m.recipe_rescale(),
      control: { kind: 'switch' },
      explain: 'method.rescale/root',
      when: method('edge-popup'),
    },
    {
      path: 'method.rescale',
      label: m.recipe_rescale(),
      control: { kind: 'switch' },
      when: method('bernoulli'),
    },
    {
      path: 'method.tolerance',
      label: m.recipe_tolerance(),
      control: { kind: 'rate' },
      when: method('early-bird'),
    },
    { path: 'method.window', label: m.recipe_window(), control: number, when: method('early-bird') },
    {
      path: 'method.then',
      label: m.recipe_then(),
      control: {
        kind: 'choice',
        options: named(earlyBirdThens, { continue: m.recipe_then_continue(), rewind: m.recipe_then_rewind() }),
      },
      when: method('early-bird'),
    },
    { path: 'method.every', label: m.recipe_every(), control: number, when: method('set', 'rigl') },
    {
      path: 'method.share',
      label: m.recipe_share(),
      control: { kind: 'rate' },
      when: method('set', 'rigl'),
    },
    {
      path: 'method.until',
      label: m.recipe_until(),
      control: { kind: 'rate' },
      when: method('set', 'rigl'),
    },
  ],
};

export const pruneGroup: Group = {
  id: 'prune',
  title: m.app_group_prune(),
  paper: 'Han 2015',
  fields: [
    {
      path: 'pruning.criterion',
      label: m.app_field_criterion(),
      control: { kind: 'choice', options: criterionNames.map((value) => ({ value, label: criteria[value].title() })) },
      when: isPruned,
    },
    {
      path: 'pruning.scoredAt',
      label: m.recipe_scored_at(),
      control: { kind: 'choice', options: named(['final', 'init'], { final: m.recipe_scored_final(), init: m.recipe_scored_init() }) },
      when: isPruned,
    },
    {
      path: 'pruning.signAware',
      label: m.recipe_sign_aware(),
      control: { kind: 'switch' },
      when: isPruned,
    },
    {
      path: 'pruning.examplesPerClass',
      label: m.recipe_examples(),
      control: number,
      when: (value) => isPruned(value) && needsOf(value).length > 0,
    },
    {
      path: 'pruning.temperature',
      label: m.recipe_temperature(),
      control: real,
      when: (value) => isPruned(value) && needsOf(value).includes('hessian-vector-products'),
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
    },
    {
      path: 'pruning.blockSize',
      label: m.recipe_block_size(),
      control: number,
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
    },
    {
      path: 'pruning.rate',
      label: m.app_field_rate(),
      control: { kind: 'rate' },
      when: (value) => !isInBlocks(value),
    },
    {
      path: 'pruning.outputRate',
      label: m.app_field_output_rate(),
      control: { kind: 'rate' },
      when: hasOwnRates,
    },
    { path: 'pruning.levels', label: m.app_field_levels(), control: number },
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
