/**
 * One step of the weights `starts[r] .. ends[r]` of each row r. `decay` × weight joins the gradient first.
 * What lies between the rows' parts, frozen weights, is not touched.
 */

// @ts-ignore: decorator
@inline
function decayed(gradient: v128, weight: v128, decay: v128): v128 {
  return f32x4.add(gradient, f32x4.mul(decay, weight));
}

/** A moment too small to matter as 0: left alone it would stay subnormal, which some processors compute slowly. NaN stays. */
// @ts-ignore: decorator
@inline
function settled(moment: v128): v128 {
  return v128.andnot(moment, f32x4.lt(f32x4.abs(moment), f32x4.splat(1e-30)));
}

/** The weights of one row, the last ones in a vector whose lanes beyond the end are thrown away. */
// @ts-ignore: decorator
@inline
function put(at: usize, end: usize, value: v128): void {
  if (at + 16 <= end) {
    v128.store(at, value);
    return;
  }
  v128.store_lane<f32>(at, value, 0);
  if (at + 4 < end) v128.store_lane<f32>(at + 4, value, 1);
  if (at + 8 < end) v128.store_lane<f32>(at + 8, value, 2);
}

/** w −= rate × g */
export function sgd(rows: i32, starts: usize, ends: usize, weights: usize, gradient: usize, rate: f32, decay: f32): void {
  const rates = f32x4.splat(rate);
  const decays = f32x4.splat(decay);
  for (let r: usize = 0; r < <usize>rows << 2; r += 4) {
    const end = weights + (<usize>load<u32>(ends + r) << 2);
    const from = <usize>load<u32>(starts + r) << 2;
    let g = gradient + from;
    for (let w = weights + from; w < end; w += 16, g += 16) {
      const weight = v128.load(w);
      put(w, end, f32x4.sub(weight, f32x4.mul(rates, decayed(v128.load(g), weight, decays))));
    }
  }
}

/** v = μ v + g; w −= rate × v */
export function momentum(
  rows: i32,
  starts: usize,
  ends: usize,
  weights: usize,
  gradient: usize,
  velocity: usize,
  rate: f32,
  decay: f32,
  mu: f32,
): void {
  const rates = f32x4.splat(rate);
  const decays = f32x4.splat(decay);
  const kept = f32x4.splat(mu);
  for (let r: usize = 0; r < <usize>rows << 2; r += 4) {
    const end = <usize>load<u32>(ends + r) << 2;
    for (let at = <usize>load<u32>(starts + r) << 2; at < end; at += 16) {
      const weight = v128.load(weights + at);
      const speed = settled(f32x4.add(f32x4.mul(kept, v128.load(velocity + at)), decayed(v128.load(gradient + at), weight, decays)));
      put(velocity + at, velocity + end, speed);
      put(weights + at, weights + end, f32x4.sub(weight, f32x4.mul(rates, speed)));
    }
  }
}

/**
 * m = β1 m + (1 − β1) g; v = β2 v + (1 − β2) g²; w −= rate × m / (√v × correction + 1e-8), where the caller has put
 * 1 / (1 − β1^t) into `rate` and `correction` is 1 / √(1 − β2^t) (Kingma & Ba 2015).
 */
export function adam(
  rows: i32,
  starts: usize,
  ends: usize,
  weights: usize,
  gradient: usize,
  m: usize,
  v: usize,
  rate: f32,
  decay: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  correction: f32,
): void {
  const rates = f32x4.splat(rate);
  const decays = f32x4.splat(decay);
  const kept1 = f32x4.splat(beta1);
  const new1 = f32x4.splat(rest1);
  const kept2 = f32x4.splat(beta2);
  const new2 = f32x4.splat(rest2);
  const corrections = f32x4.splat(correction);
  const epsilon = f32x4.splat(1e-8);
  for (let r: usize = 0; r < <usize>rows << 2; r += 4) {
    const end = <usize>load<u32>(ends + r) << 2;
    for (let at = <usize>load<u32>(starts + r) << 2; at < end; at += 16) {
      const weight = v128.load(weights + at);
      const g = decayed(v128.load(gradient + at), weight, decays);
      const mean = settled(f32x4.add(f32x4.mul(kept1, v128.load(m + at)), f32x4.mul(new1, g)));
      const square = f32x4.add(f32x4.mul(kept2, v128.load(v + at)), f32x4.mul(new2, f32x4.mul(g, g)));
      put(m + at, m + end, mean);
      put(v + at, v + end, square);
      const spread = f32x4.add(f32x4.mul(f32x4.sqrt(square), corrections), epsilon);
      put(weights + at, weights + end, f32x4.sub(weight, f32x4.div(f32x4.mul(rates, mean), spread)));
    }
  }
}
