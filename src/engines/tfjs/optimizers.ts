/** One step of each optimiser, on all parameters of a network at once. */
import { add, div, mul, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { pow } from '../../numerics/elementary.ts';
import type { Optimizer } from '../../science/recipe/schema.ts';

/** Below √v in Adam's division (Kingma & Ba 2015). */
const EPSILON = 1e-8;

export interface Stepped {
  readonly weights: Tensor;
  readonly moments: readonly Tensor[];
}

/**
 * How weights move. A gradient of exactly 0 with moments of exactly 0 leaves weight and moments as they are, to the bit:
 * that is what keeps absent and frozen weights in place.
 */
export interface Rule {
  /** Names of the moments kept beside each parameter. */
  readonly moments: readonly string[];
  /** Step number `count` of the network, from 1, at a learning rate. */
  step(weights: Tensor, moments: readonly Tensor[], gradient: Tensor, rate: number, count: number): Stepped;
}

export function ruleOf(optimizer: Optimizer): Rule {
  switch (optimizer.type) {
    case 'sgd':
      return {
        moments: [],
        step: (weights, _moments, gradient, rate) => ({ weights: sub(weights, mul(gradient, rate)), moments: [] }),
      };
    case 'momentum':
      return {
        moments: ['velocity'],
        step(weights, [before], gradient, rate) {
          const velocity = add(mul(before, optimizer.momentum), gradient);
          return { weights: sub(weights, mul(velocity, rate)), moments: [velocity] };
        },
      };
    case 'adam': {
      const { beta1, beta2 } = optimizer;
      return {
        moments: ['m', 'v'],
        step(weights, [mBefore, vBefore], gradient, rate, count) {
          const m = add(mul(mBefore, beta1), mul(gradient, 1 - beta1));
          const v = add(mul(vBefore, beta2), mul(square(gradient), 1 - beta2));
          const scale = add(mul(sqrt(v), 1 / Math.sqrt(1 - pow(beta2, count))), EPSILON);
          return { weights: sub(weights, div(mul(m, rate / (1 - pow(beta1, count))), scale)), moments: [m, v] };
        },
      };
    }
  }
}
