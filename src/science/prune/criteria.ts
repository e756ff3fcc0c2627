/** How weights are scored: the higher the score, the longer a weight stays. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { stream } from '../../numerics/streams.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Tensors } from '../tensors.ts';

export interface ScoreContext {
  readonly model: Model;
  readonly seed: number;
  /** Weights at the last step of the level pruned from (never at early stop). */
  readonly final: Tensors;
}

export interface Criterion {
  readonly paper: string;
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

export const criteria: Readonly<Record<Recipe['pruning']['criterion'], Criterion>> = {
  magnitude: {
    paper: 'Han et al. 2015; Frankle & Carbin 2019',
    score: ({ model, final }) => eachPrunable(model, (name) => final[name].map(Math.abs)),
  },
  random: {
    paper: 'Frankle & Carbin 2019, Appendix; Zhou et al. 2019',
    score: ({ model, seed }) => randomScores(model, seed, 'mask'),
  },
};
