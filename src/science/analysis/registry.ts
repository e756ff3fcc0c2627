/** The analyses by name: where each is from, what it computes, what it needs and what it costs. */
import type { Recipe } from '../recipe/schema.ts';
import type { Need } from '../trainer.ts';
import { LINE_POINTS } from './barrier.ts';
import { LOSS_EXAMPLES } from './bench.ts';
import { SHARPNESS_EXAMPLES } from './sharpness.ts';
import { SLICE_POINTS } from './slice.ts';

interface Analysis {
  readonly paper: string;
  readonly formula: string;
  /** What is taken from runs: their figures alone, or kept masks and weights too. */
  readonly from: 'figures' | 'weights';
  /** What it asks of an engine beyond training the recipe. */
  readonly needs: readonly Need[];
  /** Training steps, or passes over examples where it trains nothing. */
  readonly cost: (recipe: Recipe, steps: readonly number[]) => { readonly trainingSteps: number; readonly passes: number };
}

const nothing = () => ({ trainingSteps: 0, passes: 0 });

export const analyses = {
  barrier: {
    paper: 'Frankle et al. 2020',
    formula: `max over ${LINE_POINTS} points α of E((1−α)θ₁+αθ₂) − (E(θ₁)+E(θ₂))/2, θ₁ and θ₂ trained from θₖ in two orders`,
    from: 'weights',
    needs: [],
    cost: ({ training }, steps) => ({
      trainingSteps: steps.reduce((sum, step) => sum + 2 * (training.steps - step), 0),
      passes: LINE_POINTS * steps.length,
    }),
  },
  masks: {
    paper: 'Zhou et al. 2019; Tanaka et al. 2020; Vysogorets & Kempe 2023',
    formula: '|m₁∧m₂|/min(|m₁|,|m₂|); share of sign(θ₀)=sign(θ_T) over m; ‖θ_T−θ₀‖₂ over m; share of m on a path from input to output',
    from: 'weights',
    needs: [],
    cost: nothing,
  },
  seeds: {
    paper: 'Frankle & Carbin 2019; Frankle et al. 2020',
    formula: 'mean over seeds of A(ticket) − A(dense), beside the sample standard deviation of A(dense)',
    from: 'figures',
    needs: [],
    cost: nothing,
  },
  slice: {
    paper: 'Li et al. 2018',
    formula: `L(θ+a·d₁+b·d₂) on ${SLICE_POINTS}×${SLICE_POINTS} points, ‖dᵢ‖=‖θ‖ filter by filter, first ${LOSS_EXAMPLES} training examples`,
    from: 'weights',
    needs: [],
    cost: () => ({ trainingSteps: 0, passes: SLICE_POINTS * SLICE_POINTS }),
  },
  sharpness: {
    paper: 'LeCun et al. 1993; Yao et al. 2020',
    formula: `λ_max of ∇²L over the kept weights and biases, by power iteration, first ${SHARPNESS_EXAMPLES} training examples`,
    from: 'weights',
    needs: ['hessian-vector-products'],
    cost: () => ({ trainingSteps: 0, passes: 10 }),
  },
} as const satisfies Readonly<Record<string, Analysis>>;

export type AnalysisName = keyof typeof analyses;
/** Those that a worker computes from kept weights. */
export type WorkedAnalysis = Exclude<AnalysisName, 'seeds'>;

export const analysisNames = Object.keys(analyses) as readonly AnalysisName[];
