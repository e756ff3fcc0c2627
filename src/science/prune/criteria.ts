/** How weights are scored: the higher the score, the longer a weight stays. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { stream } from '../../numerics/streams.ts';
import { m } from '../../paraglide/messages.js';
import { getBit, type Bits, type Mask } from '../mask.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Tensors } from '../tensors.ts';
import type { Need } from '../trainer.ts';
import type { Slopes } from './slopes.ts';
import { synapticFlow } from './synflow.ts';
import { firstAbove } from './top.ts';

type Pruning = Recipe['pruning'];
export type CriterionName = Pruning['criterion'];

export interface ScoreContext {
  readonly model: Model;
  readonly seed: number;
  /** What is left to score. */
  readonly mask: Mask;
  /** θ0. */
  readonly init: Tensors;
  /** Weights at the last step of the level pruned from (never at early stop). */
  readonly final: Tensors;
  /** Those of the two that the recipe has scored. */
  readonly weights: Tensors;
  /** Derivatives at `weights`; null unless the criterion needs them. */
  readonly slopes: Slopes | null;
}

export interface Criterion {
  readonly title: () => string;
  readonly paper: string;
  /** Of one weight: w is the weight scored, w₀ its init, w_T its final value, g = ∂L/∂w, H the Hessian of L. */
  readonly formula: string;
  /** Where it does on purpose what the authors' code does not, and what comes of it; a sentence or two each. */
  readonly departures?: readonly string[];
  /** What an engine must supply for it. */
  readonly needs: readonly Need[];
  /** Whether it compares or names both ends of training, so that there is nothing to score at init. */
  readonly looksBack: boolean;
  /** One score a weight, by prunable parameter, in canonical order. */
  score(context: ScoreContext): Tensors;
}

function eachPrunable(model: Model, score: (name: string, size: number) => Float32Array): Tensors {
  return Object.fromEntries(prunableParameters(model).map(({ name, size }) => [name, score(name, size)]));
}

/**
 * Uniform scores of a stream, the same at every level: pruning by them gives masks nested level to level.
 * 24 random bits fit a float32 exactly, so ties are as rare as they look.
 */
export function randomScores(model: Model, seed: number, streamName: string): Tensors {
  return eachPrunable(model, (name, size) => {
    const source = stream(seed, `${streamName}/${name}`);
    return Float32Array.from({ length: size }, () => source.bits32() >>> 8);
  });
}

const ZHOU = 'Zhou et al. 2019, §3';

/** A criterion of a weight's two ends. */
const ofEnds = (
  title: Criterion['title'],
  formula: string,
  score: (init: number, final: number) => number,
  departures: readonly string[] = [],
): Criterion => ({
  title,
  paper: ZHOU,
  formula,
  departures,
  needs: [],
  looksBack: true,
  score: ({ model, init, final }) => eachPrunable(model, (name) => final[name].map((value, index) => score(init[name][index], value))),
});

/** A criterion of a weight and its slope. */
const ofSlopes = (
  about: Pick<Criterion, 'title' | 'paper' | 'formula' | 'departures'>,
  need: Need,
  score: (weight: number, gradient: number, hessianGradient: number) => number,
): Criterion => ({
  ...about,
  needs: [need],
  looksBack: false,
  score: ({ model, weights, slopes }) => {
    if (slopes === null) throw new Error('derivatives are measured before they are scored');
    const { gradient, hessianGradient } = slopes;
    return eachPrunable(model, (name) =>
      weights[name].map((weight, index) => score(weight, gradient[name][index], hessianGradient?.[name][index] ?? 0)),
    );
  },
});

const size = Math.abs;

/** Of each present value, the share (0..1) of the present ones that are no larger; zero for absent ones. */
function percentiles(values: Float32Array, present: Bits): Float32Array {
  const ascending = values.filter((_, index) => getBit(present, index)).sort();
  return values.map((value, index) => (getBit(present, index) ? firstAbove(ascending, value) / ascending.length : 0));
}

export const criteria: Readonly<Record<CriterionName, Criterion>> = {
  magnitude: {
    title: m.science_criterion_magnitude,
    paper: 'Han et al. 2015; Frankle & Carbin 2019',
    formula: '|w|',
    needs: [],
    looksBack: false,
    score: ({ model, weights }) => eachPrunable(model, (name) => weights[name].map(size)),
  },
  random: {
    title: m.science_criterion_random,
    paper: 'Frankle & Carbin 2019, Appendix; Zhou et al. 2019',
    formula: 'u ~ U(0, 1), drawn once',
    needs: [],
    looksBack: false,
    score: ({ model, seed }) => randomScores(model, seed, 'mask'),
  },
  'small-final': ofEnds(m.science_criterion_small_final, '−|w_T|', (_, final) => -size(final)),
  'large-init': ofEnds(m.science_criterion_large_init, '|w₀|', size),
  'small-init': ofEnds(m.science_criterion_small_init, '−|w₀|', (init) => -size(init)),
  'large-init-large-final': ofEnds(
    m.science_criterion_large_init_large_final,
    'min(|w₀|, |w_T|)',
    (init, final) => Math.min(size(init), size(final)),
    [
      'The authors cut at equal percentiles of both sizes, which is large-init-large-final-percentiles. Here both are measured with one rod: where training makes weights larger, the init decides alone.',
    ],
  ),
  // Both at or above the same percentile of their layer, the one that leaves as many weights as the level keeps.
  'large-init-large-final-percentiles': {
    title: m.science_criterion_large_init_large_final_percentiles,
    paper: ZHOU,
    formula: 'min(P(|w₀|), P(|w_T|)), P the share of its layer’s weights that are no larger',
    needs: [],
    looksBack: true,
    score: ({ model, init, final, mask }) =>
      eachPrunable(model, (name) => {
        const [initial, trained] = [init[name], final[name]].map((values) => percentiles(values.map(size), mask[name]));
        return initial.map((share, index) => Math.min(share, trained[index]));
      }),
  },
  'magnitude-increase': ofEnds(m.science_criterion_magnitude_increase, '|w_T| − |w₀|', (init, final) => size(final) - size(init), [
    'Sign-aware, weights that changed sign go first. The authors’ code scores them 0, above every weight that shrank: masks differ where a level keeps more weights than grew with their sign. On digits (128-64, ten seeds) accuracy is the same to a twentieth of a point at 41, 17 and 7 % kept.',
  ]),
  movement: ofEnds(m.science_criterion_movement, '|w_T − w₀|', (init, final) => size(final - init)),
  gradient: ofSlopes(
    { title: m.science_criterion_gradient, paper: 'Mozer & Smolensky 1989; Liu et al. 2024', formula: '|g|' },
    'dense-gradients',
    (_, gradient) => size(gradient),
  ),
  taylor: ofSlopes(
    { title: m.science_criterion_taylor, paper: 'Molchanov et al. 2019, eq. 8', formula: '(w × g)²' },
    'dense-gradients',
    (weight, gradient) => weight * gradient * (weight * gradient),
  ),
  // The normalisation by the sum of all scores in the paper changes no order.
  snip: ofSlopes(
    { title: m.science_criterion_snip, paper: 'Lee et al. 2019, eq. 6', formula: '|w × g|' },
    'dense-gradients',
    (weight, gradient) => size(weight * gradient),
  ),
  // What raises the gradient's norm when it goes is cut first: the paper's S(−w) = −w Hg is the score for removal.
  grasp: ofSlopes(
    {
      title: m.science_criterion_grasp,
      paper: 'Wang et al. 2020, eq. 8',
      formula: 'w × (H g), of the logits divided by τ',
      departures: [
        'The weights that are scored are those that train; the first public code draws dense layers anew before it scores them. Biases count in the gradient, there weights alone: of LeNet-300-100’s mask at 15 % kept that changes 3 weights in 10 000.',
      ],
    },
    'hessian-vector-products',
    (weight, _, hessianGradient) => weight * hessianGradient,
  ),
  // What changes the gradient's norm least when it goes, up or down, is cut first.
  'grasp-magnitude': ofSlopes(
    { title: m.science_criterion_grasp_magnitude, paper: 'Lubana & Dick 2021', formula: '|w × (H g)|, of the logits divided by τ' },
    'hessian-vector-products',
    (weight, _, hessianGradient) => size(weight * hessianGradient),
  ),
  synflow: {
    title: m.science_criterion_synflow,
    paper: 'Tanaka et al. 2020, §4',
    formula: '|w| × ∂R/∂|w|, R = 1ᵀ ∏ |W| 1',
    needs: [],
    looksBack: false,
    score: ({ model, weights, mask }) => synapticFlow(model, weights, mask),
  },
};

/** Below every score: sign changes are cut first, in an order that the stream of ties decides. */
const CHANGED_SIGN = -Infinity;

/** The recipe's scores. */
export function scoresOf({ criterion, signAware }: Pruning, context: ScoreContext): Tensors {
  const scores = criteria[criterion].score(context);
  if (!signAware) return scores;
  const { init, final } = context;
  return Object.fromEntries(
    Object.entries(scores).map(([name, values]) => [
      name,
      values.map((score, index) => (Math.sign(init[name][index]) === Math.sign(final[name][index]) ? score : CHANGED_SIGN)),
    ]),
  );
}
