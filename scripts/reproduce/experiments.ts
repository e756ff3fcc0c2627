/**
 * The classic results at the smallest scale that shows them: each a session whose trunk and what-ifs, all from the dense
 * network, are what the paper compares.
 */
import { begunMethod } from '../../src/science/recipe/begun.ts';
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
  /** What came of it here, and how it differs. */
  readonly ours: string;
  /** Which test accuracy the table tells: after training, or of the ticket before any. */
  readonly tells?: 'before training';
  /**
   * Where branches keep differently much at a level: what heads the columns. Under `start` and `level` every cell then tells
   * how much is kept; under `density` branches whose names differ only after ` · ` share a row.
   */
  readonly columns?: 'start' | 'level' | 'density';
}

const mnist = {
  task: { dataset: 'mnist', train: 55_000, validation: 5_000, test: 10_000 },
  model: { family: 'mlp', hidden: [300, 100] },
  training: { steps: 2000, evaluateEvery: 200 },
  seeds: [1, 2, 3],
};

/** 40, 16 and 6.5 % kept, each cut from the same dense network. */
const threeDensities = { schedule: 'one-shot', rate: 0.6, outputRate: 0.3, levels: 3 };

/** As the form begins it, but for its rate: layers of 64 inputs want a lower one than the papers’ images. */
const edgePopup = { type: 'edge-popup', ...begunMethod['edge-popup'], scoreRate: 0.02 };

/** The side on which accuracy rises as weights go: 95, 90 and 86 % kept. */
const nearlyAll = { rate: 0.05, outputRate: 0.05, levels: 3 };

export const classics: readonly Classic[] = [
  {
    id: 'zhou-criteria',
    title: 'Criteria at three densities',
    paper: 'Zhou et al. 2019',
    found: 'large final and magnitude increase are best; small weights, initial or final, are worse than random',
    ours: 'the same order; looking at signs as well gains nothing once the ticket trains. Large init, large final cuts at equal percentiles of both, as they do; the smaller of both sizes is half a point worse at 6.5 %.',
    trunk: { ...mnist, name: 'Large final', arms: ['ticket'], pruning: threeDensities },
    whatIfs: {
      'Large final, same sign': { pruning: { signAware: true } },
      'Magnitude increase': { pruning: { criterion: 'magnitude-increase' } },
      Movement: { pruning: { criterion: 'movement' } },
      'Large init, large final': { pruning: { criterion: 'large-init-large-final-percentiles' } },
      'Smaller of init and final': { pruning: { criterion: 'large-init-large-final' } },
      'Large init': { pruning: { criterion: 'large-init' } },
      Random: { pruning: { criterion: 'random' } },
      'Small init': { pruning: { criterion: 'small-init' } },
      'Small final': { pruning: { criterion: 'small-final' } },
    },
  },
  {
    id: 'zhou-actions',
    title: 'What kept and cut weights become',
    paper: 'Zhou et al. 2019',
    found: 'signs matter, sizes do not: a constant with the init’s signs keeps up, shuffled signs and fresh inits fall behind',
    ours: 'the same; freezing what had grown is at least as good as zero at 16 and 6.5 % kept, freezing everything is worse.',
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
    paper: 'Renda et al. 2020; Frankle et al. 2020',
    found:
      'learning-rate rewinding is as good as or better than weight rewinding, and both are better than fine-tuning (ResNet-20 at 21 % kept: 91.95, 91.77, 90.94)',
    ours: 'the same order at every density. Fine-tuning falls much farther than in the paper: its last rate is a hundredth of the first for only 2 000 steps. Rewinding to step 100 changes nothing, as expected of a network that is stable from its init.',
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
    paper: 'Zhou et al. 2019',
    found: 'a heuristic mask that also looks at signs lets an untrained network reach 86 % on MNIST',
    ours: 'the same, and a little higher: 90 % with signed constants at 40 and at 16 % kept.',
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
    paper: 'Ramanujan et al. 2020',
    found: 'accuracy against k is an inverted U, best for k of 30–70 %; signed constants do better than normal weights',
    ours: 'on digits of 8×8, 128-64 units: an inverted U, from 88 % at 95 % kept over 96.5 % at 34 and 24 % to 95 % at 6 %; signed constants lead wherever both are there. Not rescaled, with scores as wide as a recipe has them that does not say (and so the rate of 0.1), accuracy falls to 38 % where few are kept.',
    trunk: {
      name: 'Kaiming normal, rescaled',
      task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
      model: { family: 'mlp', hidden: [128, 64], init: 'kaiming-normal' },
      training: { batchSize: 50, steps: 400, evaluateEvery: 100, schedule: { type: 'cosine' } },
      seeds: mnist.seeds,
      arms: ['ticket'],
      method: edgePopup,
      pruning: { rate: 0.3, outputRate: 0.3, levels: 8 },
    },
    columns: 'density',
    whatIfs: {
      'Signed constants, rescaled': { rewind: { kept: 'constant' } },
      'Signed constants, rescaled · nearly all kept': { rewind: { kept: 'constant' }, pruning: nearlyAll },
      // As a recipe has it that says nothing of rescaling and scores.
      'Signed constants, not rescaled': {
        method: { scoreRate: 0.1, scoreInit: 'kaiming-uniform', scoreDecay: 0, rescale: false },
        rewind: { kept: 'constant' },
      },
    },
  },
  {
    id: 'bernoulli-supermasks',
    title: 'Bernoulli supermasks',
    paper: 'Zhou et al. 2019',
    found: 'learned masks of untrained weights reach 95 % on MNIST; signed constants and dynamic weight rescaling help',
    ours: 'on digits of 8×8, 128-64 units: rescaling helps, by one point from half the weights and by nearly five from a quarter; signed constants make no difference beyond the spread of the seeds. Without rescaling more weights come to be kept.',
    columns: 'start',
    trunk: {
      name: 'Rescaled',
      task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
      model: { family: 'mlp', hidden: [128, 64] },
      training: { batchSize: 50, steps: 800, evaluateEvery: 100 },
      seeds: mnist.seeds,
      arms: ['ticket'],
      method: { type: 'bernoulli' },
      pruning: { rate: 0.5, outputRate: 0.5, levels: 2 },
    },
    whatIfs: {
      'Not rescaled': { method: { type: 'bernoulli', rescale: false } },
      'Signed constants, rescaled': { rewind: { kept: 'constant' } },
      'Signed constants, not rescaled': { method: { type: 'bernoulli', rescale: false }, rewind: { kept: 'constant' } },
    },
  },
  {
    id: 'dynamic-sparse',
    title: 'Sparse from the first step: RigL, SET, static',
    paper: 'Evci et al. 2020; Mocanu et al. 2018',
    found:
      'moving connections while training beats a static random mask, by gradients (RigL) more than at random (SET), and the more the sparser',
    ours: 'the same order, and the more the sparser: at 2.7 % kept RigL leads SET by two points and the static mask by nineteen, and pruning after training by five; at 30 % all four are within the spread of the seeds.',
    trunk: {
      name: 'Static random mask',
      task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
      model: { family: 'mlp', hidden: [128, 64] },
      training: { batchSize: 50, steps: 1500, evaluateEvery: 100 },
      seeds: mnist.seeds,
      arms: ['ticket'],
      pruning: { criterion: 'random', scope: 'erdos-renyi', schedule: 'one-shot', rate: 0.7, levels: 3 },
    },
    whatIfs: {
      SET: { method: { type: 'set', every: 25 }, pruning: { criterion: 'magnitude' } },
      RigL: { method: { type: 'rigl', every: 25 }, pruning: { criterion: 'magnitude' } },
      'Pruned after training': { pruning: { criterion: 'magnitude' } },
    },
  },
  {
    id: 'early-bird',
    title: 'Early-bird tickets',
    paper: 'You et al. 2020',
    found: 'masks settle within the first epochs of training; tickets drawn then train on as well as those of the trained network',
    ours: 'drawn after 11 or 12 of 57 epochs, once any two of five masks differ in less than 1 % of the weights (single weights meet the paper’s 10 %, of channels, at once). The tickets train on to 96.6 %, a point above a random mask that trains on from the same weights, and within the spread of the seeds of those of the fully trained network (97.0 %). Dense is the network where it stopped.',
    trunk: {
      name: 'Trains on',
      task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
      model: { family: 'mlp', hidden: [128, 64] },
      training: { batchSize: 50, steps: 1500, evaluateEvery: 100 },
      seeds: mnist.seeds,
      arms: ['ticket', 'random-mask'],
      // Of single weights the paper's 10 % is met at once.
      method: { type: 'early-bird', tolerance: 0.01 },
      pruning: { rate: 0.9, outputRate: 0.5, levels: 1 },
    },
    whatIfs: {
      'Rewound to init': { method: { type: 'early-bird', tolerance: 0.01, then: 'rewind' } },
    },
  },
  {
    id: 'transfer',
    title: 'Transfer: one ticket for other data, optimisers and seeds',
    paper: 'Morcos et al. 2019',
    found:
      'tickets transfer between data sets and optimisers of a kind: drawn elsewhere they do nearly as well as drawn at home, and better than random masks',
    ours: 'optimiser and seed transfer almost wholly, if the start weights come along; another seed’s mask alone keeps a quarter of the lead over random masks at 6.5 % kept. MNIST, simpler than Fashion-MNIST, passes on a sixth of it, and so do Fashion-MNIST’s own images with their pixels shuffled.',
    trunk: {
      ...mnist,
      name: 'Drawn on Fashion-MNIST itself',
      task: { dataset: 'fashion-mnist', train: 18_000, validation: 2_000, test: 10_000 },
      arms: ['ticket', 'random-mask'],
      pruning: threeDensities,
    },
    whatIfs: {
      'Drawn on MNIST': { arms: ['ticket'], transfer: { task: mnist.task } },
      'Drawn on MNIST, mask alone, from another seed': { arms: ['ticket'], transfer: { task: mnist.task, seedOffset: 10, take: 'mask' } },
      'Drawn by SGD with momentum': {
        arms: ['ticket'],
        transfer: { training: { optimizer: { type: 'momentum', learningRate: 0.05 } } },
      },
      'Another seed’s ticket': { arms: ['ticket'], transfer: { seedOffset: 10 } },
      'Another seed’s mask': { arms: ['ticket'], transfer: { seedOffset: 10, take: 'mask' } },
      'Drawn on shuffled pixels': { arms: ['ticket'], transfer: { task: { corrupt: 'pixels' } } },
    },
  },
  {
    id: 'transfer-to-mnist',
    title: 'Transfer: Fashion-MNIST’s tickets on MNIST',
    paper: 'Morcos et al. 2019',
    found: 'tickets of larger and harder data sets transfer better than those of small and simple ones',
    ours: 'partly: at 6.5 % kept Fashion-MNIST’s tickets keep a third of the lead over random masks, where MNIST’s keep a sixth of it on Fashion-MNIST; at 16 % kept they keep a quarter, and MNIST’s a seventh.',
    trunk: { ...mnist, name: 'Drawn on MNIST itself', arms: ['ticket', 'random-mask'], pruning: threeDensities },
    whatIfs: {
      'Drawn on Fashion-MNIST': {
        arms: ['ticket'],
        transfer: { task: { dataset: 'fashion-mnist', train: 18_000, validation: 2_000, test: 10_000 } },
      },
    },
  },
  {
    id: 'structured-pruning',
    title: 'Weights, neurons, pixels, blocks',
    paper: 'Liu et al. 2019; Li et al. 2017; Mishra et al. 2021',
    found:
      'where whole neurons go, a new init of the small network does as well as the inherited weights: what structured pruning finds is an architecture',
    ours: 'the same: of whole neurons ticket, new init and even random neurons lie within half a point, 96 % at a fifth of the weights. Of pixels it matters which stay, not what their weights start from: at 31 % ticket and new init lead random pixels by two and a half points. Single weights and blocks of four are tickets: their own init leads a new one by 0.7 and 0.6 points at 22 and 25 % kept.',
    columns: 'level',
    trunk: {
      ...mnist,
      name: 'Single weights',
      arms: ['ticket', 'reinit', 'random-mask'],
      pruning: { schedule: 'one-shot', rate: 0.4, outputRate: 0.4, levels: 3 },
    },
    whatIfs: {
      'Whole neurons': { pruning: { structure: 'neurons' } },
      'Input pixels': { pruning: { structure: 'inputs' } },
      'Blocks of four': { pruning: { structure: 'blocks' } },
    },
  },
  {
    id: 'sanity-checks',
    title: 'Sanity checks',
    paper: 'Su et al. 2020; Frankle et al. 2021',
    found:
      'shuffling, a new init or corrupted data leave tickets drawn at initialisation as they were, and hurt those drawn after training; scores turned round hurt both',
    ours: 'the same for magnitude, SNIP (down to 15 % kept), SynFlow and smart ratio. Random labels cost SNIP’s mask nothing at 15 % kept and that of magnitude after training 1.4 points; shuffled pixels cost them 0.4 and 1.2. Turned round, scores are far worse than chance, but for GraSP’s: at 15 % its mask is two points worse than the same mask shuffled and one worse than a random one, at both temperatures, and at 200, which both public implementations have, its scores turned round find the better mask. What is wrong is the sign: ranked by size alone, |w × Hg|, its mask is as good as its shuffled one and a point better than random. Temperature 1 costs 1.6 points at 2.2 %. SynFlow turned round leaves no path to the classes.',
    trunk: {
      ...mnist,
      name: 'Magnitude after training',
      arms: ['ticket', 'reinit', 'shuffled-mask', 'inverted-mask', 'random-mask'],
      pruning: { scope: 'global', schedule: 'one-shot', rate: 0.85, levels: 2 },
    },
    whatIfs: {
      'SNIP at init': { pruning: { criterion: 'snip', scoredAt: 'init' } },
      'GraSP at init, temperature 1': { pruning: { criterion: 'grasp', scoredAt: 'init' } },
      'GraSP at init, temperature 200': { pruning: { criterion: 'grasp', scoredAt: 'init', temperature: 200 } },
      'GraSP at init, size alone': { pruning: { criterion: 'grasp-magnitude', scoredAt: 'init', temperature: 200 } },
      'SynFlow at init': { pruning: { criterion: 'synflow', scoredAt: 'init', schedule: 'exponential' } },
      'Magnitude after training on random labels': { arms: ['ticket'], transfer: { task: { corrupt: 'labels' } } },
      'Magnitude after training on shuffled pixels': { arms: ['ticket'], transfer: { task: { corrupt: 'pixels' } } },
      'SNIP at init, random labels': {
        arms: ['ticket'],
        transfer: { task: { corrupt: 'labels' } },
        pruning: { criterion: 'snip', scoredAt: 'init' },
      },
      'SNIP at init, shuffled pixels': {
        arms: ['ticket'],
        transfer: { task: { corrupt: 'pixels' } },
        pruning: { criterion: 'snip', scoredAt: 'init' },
      },
      'Smart ratio': { pruning: { criterion: 'random', scope: 'smart-ratio' } },
    },
  },
];
