/** Softmax cross-entropy: on tensors for training, on plain numbers for evaluation. */
import { customGrad, div, log, max, mul, neg, softmax, sub, sum, exp, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/** Sum over rows of −log softmax(logits)[class], divided by `count`; stable for logits of any size. */
export function crossEntropy(logits: Tensor, oneHot: Tensor, count: number): Scalar {
  const loss = customGrad((x, save) => {
    const values = x as Tensor;
    (save as (tensors: Tensor[]) => void)([values]);
    const shifted = sub(values, max(values, 1, true));
    const logProbabilities = sub(shifted, log(sum(exp(shifted), 1, true)));
    return {
      value: div(neg(sum(mul(logProbabilities, oneHot))), count),
      // Rows whose one-hot is all zero pad a batch: they have no gradient either.
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(mul(dy, 1 / count), sub(mul(softmax(saved[0]), sum(oneHot, 1, true)), oneHot)),
    };
  });
  return loss(logits) as Scalar;
}

interface Scores {
  readonly correct: number;
  readonly lossSum: number;
}

/** Scores of `count` rows of logits. Of equal logits the first class counts; a row with a NaN has a NaN loss and is wrong. */
export function scores(logits: Float32Array, classes: number, labels: ArrayLike<number>, count: number): Scores {
  let correct = 0;
  let lossSum = 0;
  for (let row = 0; row < count; row++) {
    const offset = row * classes;
    let best = 0;
    for (let index = 1; index < classes; index++) if (logits[offset + index] > logits[offset + best]) best = index;
    let total = 0;
    for (let index = 0; index < classes; index++) total += Math.exp(logits[offset + index] - logits[offset + best]);
    const loss = Math.log(total) - (logits[offset + labels[row]] - logits[offset + best]);
    if (best === labels[row] && !Number.isNaN(loss)) correct++;
    lossSum += loss;
  }
  return { correct, lossSum };
}
