import { exp4, log } from './elementary';

/**
 * Sum of the softmax cross-entropies of the first `count` examples. Where `gradient` is not 0 it receives
 * (softmax − one-hot) × scale, and 0 for the padding behind the examples, so that padding reaches no weight.
 */
export function crossEntropy(
  classes: i32,
  logits: usize,
  labels: usize,
  count: i32,
  stride: usize,
  probabilities: usize,
  gradient: usize,
  scale: f32,
): f64 {
  const size = <usize>classes * stride;
  const lanes = (<usize>count) << 2;
  let loss: f64 = 0;
  for (let lane: usize = 0; lane < lanes; lane += 16) {
    let highest = v128.load(logits + lane);
    for (let at = lane + stride; at < size; at += stride) highest = f32x4.pmax(highest, v128.load(logits + at));
    let total = f32x4.splat(0);
    for (let at = lane; at < size; at += stride) {
      const grown = exp4(f32x4.sub(v128.load(logits + at), highest));
      v128.store(probabilities + at, grown);
      total = f32x4.add(total, grown);
    }
    for (let at = lane; at < size; at += stride) v128.store(probabilities + at, f32x4.div(v128.load(probabilities + at), total));
    const here = min(4, count - <i32>(lane >> 2));
    for (let i = 0; i < here; i++) {
      const at = lane + ((<usize>i) << 2) + <usize>load<u8>(labels + (lane >> 2) + i) * stride;
      const sum =
        i == 0
          ? f32x4.extract_lane(total, 0)
          : i == 1
            ? f32x4.extract_lane(total, 1)
            : i == 2
              ? f32x4.extract_lane(total, 2)
              : f32x4.extract_lane(total, 3);
      const top =
        i == 0
          ? f32x4.extract_lane(highest, 0)
          : i == 1
            ? f32x4.extract_lane(highest, 1)
            : i == 2
              ? f32x4.extract_lane(highest, 2)
              : f32x4.extract_lane(highest, 3);
      loss += log(<f64>sum) + (<f64>top - <f64>load<f32>(logits + at));
      store<f32>(probabilities + at, load<f32>(probabilities + at) - 1);
    }
  }
  if (!gradient) return loss;
  const factor = f32x4.splat(scale);
  const counts = i32x4.splat(count);
  for (let lane: usize = 0; lane < stride; lane += 16) {
    const first = i32x4.splat(<i32>(lane >> 2));
    const isExample = i32x4.lt_s(i32x4.add(first, i32x4(0, 1, 2, 3)), counts);
    for (let at = lane; at < size; at += stride) {
      v128.store(gradient + at, v128.and(f32x4.mul(v128.load(probabilities + at), factor), isExample));
    }
  }
  return loss;
}

/** How many of the first `count` examples have their highest logit (the first of equals) at their label. */
export function countCorrect(classes: i32, logits: usize, labels: usize, count: i32, stride: usize): i32 {
  let correct = 0;
  for (let b = 0; b < count; b++) {
    let at = logits + ((<usize>b) << 2);
    let highest = load<f32>(at);
    let best = 0;
    for (let c = 1; c < classes; c++) {
      at += stride;
      const logit = load<f32>(at);
      if (logit > highest) {
        highest = logit;
        best = c;
      }
    }
    if (best == <i32>load<u8>(labels + b)) correct++;
  }
  return correct;
}
