/**
 * Batch normalisation (Ioffe & Szegedy 2015): y = (x − mean) × scale ÷ √(variance + ε) + shift, channel by channel.
 * Statistics are over the first `count` examples at all positions: what pads the batch is normalised too, but counts for
 * nothing. `means`, `variances` and `inverses` (1 ÷ √(variance + ε)) hold one float a channel. A position's examples are
 * summed in single precision and positions in double, so that large images lose no digits.
 */
import { sumOf } from './lanes';

/** Which of the four examples from `lane` (a byte offset) on are among the first `count`. */
// @ts-ignore: decorator
@inline
function examplesAt(lane: usize, count: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(<i32>(lane >> 2)), i32x4(0, 1, 2, 3)), i32x4.splat(count));
}

/** Mean and variance (divided by the number of values) of each channel. */
export function batchStatistics(
  channels: i32,
  count: i32,
  stride: usize,
  x: usize,
  height: i32,
  width: i32,
  down: usize,
  right: usize,
  means: usize,
  variances: usize,
): void {
  const values = <f64>(count * height * width);
  const lanes = (<usize>count) << 2;
  for (let channel: usize = 0; channel < <usize>channels; channel++) {
    let total: f64 = 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const from = x + <usize>row * down + <usize>column * right;
        let sum = f32x4.splat(0);
        for (let lane: usize = 0; lane < lanes; lane += 16) {
          sum = f32x4.add(sum, v128.and(v128.load(from + lane), examplesAt(lane, count)));
        }
        total += <f64>sumOf(sum);
      }
    }
    const mean = <f32>(total / values);
    const middle = f32x4.splat(mean);
    total = 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const from = x + <usize>row * down + <usize>column * right;
        let sum = f32x4.splat(0);
        for (let lane: usize = 0; lane < lanes; lane += 16) {
          const apart = v128.and(f32x4.sub(v128.load(from + lane), middle), examplesAt(lane, count));
          sum = f32x4.add(sum, f32x4.mul(apart, apart));
        }
        total += <f64>sumOf(sum);
      }
    }
    store<f32>(means + (channel << 2), mean);
    store<f32>(variances + (channel << 2), <f32>(total / values));
    x += stride;
  }
}

/** running × keep + batch × rest, of `channels` statistics. */
export function followStatistics(channels: i32, running: usize, batch: usize, keep: f32, rest: f32): void {
  const end = running + ((<usize>channels) << 2);
  for (; running < end; running += 4, batch += 4) store<f32>(running, load<f32>(running) * keep + load<f32>(batch) * rest);
}

export function normalise(
  channels: i32,
  stride: usize,
  x: usize,
  y: usize,
  height: i32,
  width: i32,
  xDown: usize,
  xRight: usize,
  yDown: usize,
  yRight: usize,
  means: usize,
  variances: usize,
  inverses: usize,
  epsilon: f64,
  scales: usize,
  shifts: usize,
): void {
  for (let channel: usize = 0; channel < <usize>channels; channel++) {
    const offset = channel << 2;
    const inverse = <f32>(1 / sqrt<f64>(<f64>load<f32>(variances + offset) + epsilon));
    store<f32>(inverses + offset, inverse);
    const mean = v128.load_splat<f32>(means + offset);
    const factor = f32x4.splat(inverse * load<f32>(scales + offset));
    const shift = v128.load_splat<f32>(shifts + offset);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const from = x + <usize>row * xDown + <usize>column * xRight;
        const to = y + <usize>row * yDown + <usize>column * yRight;
        for (let lane: usize = 0; lane < stride; lane += 16) {
          v128.store(to + lane, f32x4.add(f32x4.mul(f32x4.sub(v128.load(from + lane), mean), factor), shift));
        }
      }
    }
    x += stride;
    y += stride;
  }
}

/**
 * Gradients by scales and shifts, and where `dx` is not 0 by the inputs, which also reach the loss through mean and
 * variance; adds to what `dx` holds where `accumulate`. What pads the batch gets none: it has no part in them.
 */
export function normaliseGradient(
  channels: i32,
  count: i32,
  stride: usize,
  x: usize,
  dx: usize,
  dy: usize,
  height: i32,
  width: i32,
  xDown: usize,
  xRight: usize,
  yDown: usize,
  yRight: usize,
  means: usize,
  inverses: usize,
  scales: usize,
  scaleGradients: usize,
  shiftGradients: usize,
  accumulate: i32,
): void {
  const values = <f64>(count * height * width);
  const lanes = (<usize>count) << 2;
  const zero = f32x4.splat(0);
  for (let channel: usize = 0; channel < <usize>channels; channel++) {
    const offset = channel << 2;
    const mean = v128.load_splat<f32>(means + offset);
    const inverse = load<f32>(inverses + offset);
    let slopeTotal: f64 = 0;
    let productTotal: f64 = 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const from = x + <usize>row * xDown + <usize>column * xRight;
        const slopes = dy + <usize>row * yDown + <usize>column * yRight;
        let slopeSum = zero;
        let productSum = zero;
        for (let lane: usize = 0; lane < lanes; lane += 16) {
          const slope = v128.and(v128.load(slopes + lane), examplesAt(lane, count));
          slopeSum = f32x4.add(slopeSum, slope);
          productSum = f32x4.add(productSum, f32x4.mul(slope, f32x4.sub(v128.load(from + lane), mean)));
        }
        slopeTotal += <f64>sumOf(slopeSum);
        productTotal += <f64>sumOf(productSum);
      }
    }
    store<f32>(shiftGradients + offset, <f32>slopeTotal);
    store<f32>(scaleGradients + offset, <f32>(productTotal * <f64>inverse));
    if (dx) {
      const factor = f32x4.splat(inverse * load<f32>(scales + offset));
      const slopeMean = f32x4.splat(<f32>(slopeTotal / values));
      const tilt = f32x4.splat(<f32>((productTotal / values) * <f64>inverse * <f64>inverse));
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const at = <usize>row * xDown + <usize>column * xRight;
          const from = x + at;
          const to = dx + at;
          const slopes = dy + <usize>row * yDown + <usize>column * yRight;
          for (let lane: usize = 0; lane < stride; lane += 16) {
            const apart = f32x4.sub(v128.load(from + lane), mean);
            const rest = f32x4.sub(f32x4.sub(v128.load(slopes + lane), slopeMean), f32x4.mul(apart, tilt));
            const gradient = v128.and(f32x4.mul(rest, factor), examplesAt(lane, count));
            v128.store(to + lane, accumulate ? f32x4.add(v128.load(to + lane), gradient) : gradient);
          }
        }
      }
      dx += stride;
    }
    x += stride;
    dy += stride;
  }
}
