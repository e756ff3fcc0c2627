/**
 * The choices of a recipe that are rules rather than scores: what each computes and where it is from. Criteria and
 * analyses have registries of their own beside their code.
 */
import { structures as groupings } from './prune/structure.ts';
import type { Arm, Recipe } from './recipe/schema.ts';

export interface Method {
  readonly paper: string;
  readonly formula: string;
  /** What it takes beside the training of the tickets; left out where that is nothing to speak of. */
  readonly cost?: string;
  /** Where it does on purpose what the authors' code does not, and what comes of it; a sentence or two each. */
  readonly departures?: readonly string[];
}

const REGROWN =
  'A weight that is dropped and grown in the same update begins at zero without momentum, like any that grows. In the public code of RigL it keeps both, so that there nothing has happened to it. Measured on digits (128-64, 1500 steps, ten seeds) that changes nothing beyond chance: RigL scores 97.3, 96.4 and 93.7 % at 30, 9 and 2.7 % kept, 97.3, 96.4 and 94.0 % where it keeps both.';

type Pruning = Recipe['pruning'];
type Rewind = Recipe['rewind'];

export const scopes: Readonly<Record<Pruning['scope'], Method>> = {
  layerwise: {
    paper: 'Frankle & Carbin 2019',
    formula: 'top-k of each layer, k = n − ⌊r·n + ½⌋ of its n kept now',
    departures: [
      'The original code rounds r·n half to even and cuts up to and including the weight of that rank, one more than it counts: a weight a layer and level.',
    ],
  },
  global: { paper: 'Frankle & Carbin 2019, §4', formula: 'top-k of all layers together' },
  uniform: { paper: 'Zhu & Gupta 2017', formula: 'density of every layer = density of all' },
  'erdos-renyi': { paper: 'Mocanu et al. 2018, eq. 3', formula: 'density ∝ (in + out)/(in · out), 1 at most' },
  'erdos-renyi-kernel': { paper: 'Evci et al. 2020, §3', formula: 'density ∝ (in + out + h + w)/(in · out · h · w), 1 at most' },
  'smart-ratio': { paper: 'Su et al. 2020, §4', formula: 'density ∝ (L − l + 1)² + (L − l + 1); 30 % of the last layer' },
};

export const schedules: Readonly<Record<Pruning['schedule'], Method>> = {
  iterative: {
    paper: 'Frankle & Carbin 2019',
    formula: 'each level cuts r of the one before it, trained',
    cost: 'levels wait for each other',
  },
  'one-shot': {
    paper: 'Frankle & Carbin 2019',
    formula: 'each level is cut from the dense network, trained',
    cost: 'levels train side by side',
  },
  gradual: {
    paper: 'Zhu & Gupta 2017',
    formula: 'cut after t of n levels = s (1 − (1 − t/n)³), s = 1 − (1 − r)ⁿ',
    cost: 'levels wait for each other',
  },
  exponential: {
    paper: 'Tanaka et al. 2020, §6',
    formula: 'density ρ^(k/100) after k of 100 rounds, scored anew before each',
    cost: '100 scorings a level',
  },
};

export const structures: Readonly<Record<Pruning['structure'], Method>> = {
  weights: { paper: 'Han et al. 2015; Frankle & Carbin 2019', formula: 'each weight goes by itself' },
  ...groupings,
};

export const methods: Readonly<Record<Recipe['method']['type'], Method>> = {
  prune: {
    paper: 'Frankle & Carbin 2019',
    formula: 'train, cut, rewind; then train m ⊙ θ′',
    cost: '1 training a level, on kept weights alone',
  },
  'edge-popup': {
    paper: 'Ramanujan et al. 2020',
    formula: 'top-k of |s| in each layer; s ← s − η (w ∂L/∂w sign(s) + λs), θ = c θ₀, c = 1 or √(n/k)',
    departures: [
      'Rescaled, weights grow by √(n/k) for k of n kept, as the paper says. In the authors’ code one number is the share kept where the mask is formed and the share cut where weights are scaled: both agree at half, and at 5 % kept theirs grow by 3 % instead of 4.5 times.',
    ],
    cost: 'a dense gradient and a top-k of n scores a step',
  },
  bernoulli: {
    paper: 'Zhou et al. 2019, §5',
    formula: 'm ~ Bernoulli(σ(v)) each step; v ← v − η ∂L/∂w′ c w σ(v)(1 − σ(v)), w′ = c m w, θ = θ₀, c = 1 or n/Σm',
    departures: [
      'The scale c counts as given. In the authors’ code the gradient passes through the count Σm, too, which pushes all logits of a layer up or down together; here each is moved by its own weight alone. On digits (128-64, ten seeds) the masks come out a little denser for it, 51 against 46 % after one level, at the same accuracy: 93.6 against 93.5 %.',
    ],
    cost: 'a dense gradient and n draws a step',
  },
  'early-bird': {
    paper: 'You et al. 2020, §3',
    formula: 'stop once max |mᵢ ⊕ mⱼ|/n < ε of the last w epochs’ masks; then train m ⊙ θ_t on',
    departures: [
      'The first mask is drawn at the end of the first epoch, the authors’ of the init: with a window of w masks no ticket is drawn before w epochs, theirs not before w − 1.',
      'Every two masks of the window must be close, which is never earlier than theirs: they compare the last with those before it. Masks are of weights, theirs of channels.',
    ],
    cost: 'a scoring an epoch; saves what is left of the dense training',
  },
  set: {
    paper: 'Mocanu et al. 2018',
    formula: 'every ΔT steps drop ζ of each layer by |w| and grow as many at random, from 0',
    departures: [REGROWN],
    cost: 'a sort of n weights every ΔT steps; no dense network',
  },
  rigl: {
    paper: 'Evci et al. 2020',
    formula: 'every ΔT steps drop α/2 (1 + cos(πt/T_end)) of each layer by |w| and grow as many by |∂L/∂w|, from 0',
    departures: [REGROWN],
    cost: 'a dense gradient and a sort every ΔT steps; no dense network',
  },
};

export const kept: Readonly<Record<Rewind['kept'], Method>> = {
  rewound: { paper: 'Frankle & Carbin 2019; Frankle et al. 2020; Renda et al. 2020', formula: 'θ′ = θ₀, θₖ or θ_T' },
  fresh: { paper: 'Zhou et al. 2019, §4', formula: 'θ′ ~ the init, drawn anew' },
  shuffled: { paper: 'Zhou et al. 2019, §4', formula: 'θ′ = θ₀ permuted among a layer’s kept places' },
  constant: { paper: 'Zhou et al. 2019, §4', formula: 'θ′ = sign(θ₀) · σ of the layer’s init' },
  'shuffled-signs': { paper: 'Zhou et al. 2019, §4', formula: 'θ′ = |θ₀| with signs permuted among a layer’s kept places' },
};

export const cut: Readonly<Record<Rewind['cut'], Method>> = {
  zero: { paper: 'Frankle & Carbin 2019', formula: 'θ′ = 0' },
  frozen: { paper: 'Zhou et al. 2019, §4', formula: 'θ′ = θ₀, not trained' },
  'frozen-if-grown': { paper: 'Zhou et al. 2019, §4', formula: 'θ′ = θ₀, not trained, where |θ_T| ≥ |θ₀|; else 0' },
};

export const controls: Readonly<Record<Arm, Method>> = {
  ticket: { paper: 'Frankle & Carbin 2019', formula: 'm ⊙ θ′' },
  reinit: { paper: 'Frankle & Carbin 2019, §2', formula: 'm ⊙ θ, θ ~ the init, drawn anew; all steps' },
  'random-mask': { paper: 'Frankle & Carbin 2019, Appendix', formula: 'm from scores u ~ U(0, 1), by the recipe’s own rule' },
  'inverted-mask': { paper: 'Frankle et al. 2021, §5', formula: 'm from scores −s, cut from the ticket of the level before' },
  'shuffled-mask': { paper: 'Frankle et al. 2021; Su et al. 2020', formula: 'm permuted within each layer' },
};
