/**
 * The classic results at the smallest scale that shows them: each a session whose trunk and what-ifs, all from the dense
 * network, are what the paper compares.
 */
import type { Plain } from '../../src/science/recipe/plain.ts';

export interface Classic {
  /** Of the session's file. */
  readonly id: string;
  readonly title: string;
  readonly paper: string;
  /** What the paper found, in a line. */
  readonly found: string;
  readonly trunk: Plain;
  /** By name: what differs from the trunk, section by section. */
  readonly whatIfs: Readonly<Record<string, Plain>>;
  /** Which test accuracy the table tells: after training, or of the ticket before any. */
  readonly tells?: 'before training';
}

const mnist = {
  task: { dataset: 'mnist', train: 55_000, validation: 5_000, test: 10_000 },
  model: { family: 'mlp', hidden: [300, 100] },
  training: { steps: 2000, evaluateEvery: 200 },
  seeds: [1, 2, 3],
};

/** 40, 16 and 6.5 % kept, each cut from the same dense network. */
const threeDensities = { schedule: 'one-shot', rate: 0.6, outputRate: 0.3, levels: 3 };

export const classics: readonly Classic[] = [
  {
    id: 'zhou-criteria',
    title: 'Criteria at three densities',
    paper: 'Zhou et al. 2019, Fig. 3',
    found: 'large final and magnitude increase are best; small weights, initial or final, are worse than random',
    trunk: { ...mnist, name: 'Large final', arms: ['ticket'], pruning: threeDensities },
    whatIfs: {
      'Large final, same sign': { pruning: { signAware: true } },
      'Magnitude increase': { pruning: { criterion: 'magnitude-increase' } },
      Movement: { pruning: { criterion: 'movement' } },
      'Large init, large final': { pruning: { criterion: 'large-init-large-final' } },
      'Large init': { pruning: { criterion: 'large-init' } },
      Random: { pruning: { criterion: 'random' } },
      'Small init': { pruning: { criterion: 'small-init' } },
      'Small final': { pruning: { criterion: 'small-final' } },
    },
  },
  {
    id: 'zhou-actions',
    title: 'What kept and cut weights become',
    paper: 'Zhou et al. 2019, Figs. 4 and 5',
    found: 'signs matter, sizes do not: a constant with the init’s signs keeps up, shuffled signs and fresh inits fall behind',
    trunk: { ...mnist, name: 'Kept: rewound · cut: zero', arms: ['ticket'], pruning: threeDensities },
    whatIfs: {
      'Kept: signs only': { rewind: { kept: 'constant' } },
      'Kept: shuffled': { rewind: { kept: 'shuffled' } },
      'Kept: shuffled signs': { rewind: { kept: 'shuffled-signs' } },
      'Kept: fresh init': { rewind: { kept: 'fresh' } },
      'Cut: frozen at init': { rewind: { cut: 'frozen' } },
      'Cut: frozen if grown': { rewind: { cut: 'frozen-if-grown' } },
    },
  },
  {
    id: 'renda-rewinding',
    title: 'Rewinding and fine-tuning',
    paper: 'Renda et al. 2020, Fig. 1; Frankle et al. 2020',
    found: 'learning-rate rewinding is as good as or better than weight rewinding, and both are better than fine-tuning',
    trunk: {
      ...mnist,
      name: 'Weight rewinding to init',
      arms: ['ticket'],
      training: { ...mnist.training, schedule: { type: 'step', milestones: [1000, 1500], factor: 0.1 } },
      pruning: { rate: 0.4, outputRate: 0.2, levels: 7 },
    },
    whatIfs: {
      'Weight rewinding to step 100': { rewind: { weights: { step: 100 }, schedule: { from: 100 } } },
      'Learning-rate rewinding': { rewind: { weights: 'final', schedule: { from: 0 } } },
      'Fine-tuning': { rewind: { weights: 'final', schedule: 'final-rate' } },
    },
  },
  {
    id: 'zhou-supermasks',
    title: 'Supermasks: accuracy before training',
    paper: 'Zhou et al. 2019, §4.1 and Table 1',
    found: 'large final, same sign, reaches 86 % on MNIST with signed constants, untrained; 80 % with the init’s own values',
    tells: 'before training',
    trunk: { ...mnist, name: 'Large final', arms: ['ticket'], pruning: threeDensities },
    whatIfs: {
      'Large final, same sign': { pruning: { signAware: true } },
      'Large final, same sign, signed constants': { pruning: { signAware: true }, rewind: { kept: 'constant' } },
      'Magnitude increase': { pruning: { criterion: 'magnitude-increase' } },
      Random: { pruning: { criterion: 'random' } },
    },
  },
  {
    id: 'edge-popup',
    title: 'Edge-popup: tickets without training weights',
    paper: 'Ramanujan et al. 2020, Figs. 3 and 5',
    found: 'accuracy against k is an inverted U, best for k of 30–70 %; signed constants do better than normal weights',
    trunk: {
      name: 'Kaiming normal',
      task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
      model: { family: 'mlp', hidden: [128, 64], init: 'kaiming-normal' },
      training: { batchSize: 50, steps: 400, evaluateEvery: 100, schedule: { type: 'cosine' } },
      seeds: mnist.seeds,
      arms: ['ticket'],
      method: { type: 'edge-popup' },
      pruning: { rate: 0.3, outputRate: 0.3, levels: 8 },
    },
    whatIfs: { 'Signed constants': { rewind: { kept: 'constant' } } },
  },
  {
    id: 'sanity-checks',
    title: 'Sanity checks',
    paper: 'Su et al. 2020; Frankle et al. 2021',
    found: 'shuffling or a new init leaves tickets drawn at initialisation as they were, and hurts those drawn after training',
    trunk: {
      ...mnist,
      name: 'Magnitude after training',
      arms: ['ticket', 'reinit', 'shuffled-mask', 'random-mask'],
      pruning: { scope: 'global', schedule: 'one-shot', rate: 0.85, levels: 2 },
    },
    whatIfs: {
      'SNIP at init': { pruning: { criterion: 'snip', scoredAt: 'init' } },
      'GraSP at init': { pruning: { criterion: 'grasp', scoredAt: 'init' } },
      'SynFlow at init': { pruning: { criterion: 'synflow', scoredAt: 'init', schedule: 'exponential' } },
      'Smart ratio': { pruning: { criterion: 'random', scope: 'smart-ratio' } },
    },
  },
];
