/** One optimiser step of a parameter; the scalars in double precision, the weights in the kernels. */
import { pow } from '../../numerics/elementary.ts';
import type { Optimizer } from '../../science/recipe/schema.ts';
import type { Store } from './parameters.ts';
import type { Kernels } from './wasm.ts';

/** Names of the moments that an optimiser keeps of each weight. */
export const momentsOf: Readonly<Record<Optimizer['type'], readonly string[]>> = { sgd: [], momentum: ['velocity'], adam: ['m', 'v'] };

/** Moves the weights of `store` along their gradient at the `step`-th step since the network's start, counted from 1. */
export type Mover = (store: Store, step: number, rate: number) => void;

export function moverOf(kernels: Kernels, optimizer: Optimizer, weightDecay: number): Mover {
  switch (optimizer.type) {
    case 'sgd':
      return ({ movable, weights, gradient }, _step, rate) =>
        kernels.sgd(movable.rows, movable.starts, movable.ends, weights, gradient, rate, weightDecay);
    case 'momentum':
      return ({ movable, weights, gradient, moments }, _step, rate) =>
        kernels.momentum(movable.rows, movable.starts, movable.ends, weights, gradient, moments[0], rate, weightDecay, optimizer.momentum);
    case 'adam': {
      const { beta1, beta2 } = optimizer;
      return ({ movable, weights, gradient, moments }, step, rate) => {
        const unbiased = rate / (1 - pow(beta1, step));
        const correction = 1 / Math.sqrt(1 - pow(beta2, step));
        kernels.adam(
          movable.rows,
          movable.starts,
          movable.ends,
          weights,
          gradient,
          moments[0],
          moments[1],
          unbiased,
          weightDecay,
          beta1,
          1 - beta1,
          beta2,
          1 - beta2,
          correction,
        );
      };
    }
  }
}
