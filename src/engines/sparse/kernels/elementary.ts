/** Elementary functions from + − × ÷ alone: polynomials of the Cephes library (Moshier 1992), about one unit in the last place. */

/** e^x of four floats, 0 ≤ … ; x is held in −87..88, a NaN stays one. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const held = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87)), f32x4.splat(88));
  const power = f32x4.nearest(f32x4.mul(held, f32x4.splat(1.44269504)));
  let rest = f32x4.sub(held, f32x4.mul(power, f32x4.splat(0.693359375)));
  rest = f32x4.sub(rest, f32x4.mul(power, f32x4.splat(-2.12194440e-4)));
  let series = f32x4.splat(1.9875691500e-4);
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(1.3981999507e-3));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(8.3334519073e-3));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(4.1665795894e-2));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(1.6666665459e-1));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(5.0000001201e-1));
  const value = f32x4.add(f32x4.add(f32x4.mul(series, f32x4.mul(rest, rest)), rest), f32x4.splat(1));
  // 2^power, by writing the exponent.
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(power), i32x4.splat(127)), 23);
  return f32x4.mul(value, scale);
}

/** tanh of four floats. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let series = f32x4.splat(-5.70498872745e-3);
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(2.06390887954e-2));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(-5.37397155531e-2));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(1.33314422036e-1));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(series, square), x), x);
  const grown = exp4(f32x4.add(size, size));
  const far = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(grown, f32x4.splat(1))));
  const signed = v128.or(far, v128.and(x, i32x4.splat(i32.MIN_VALUE)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}

/** Natural logarithm of a normal x > 0, in double precision; infinite and NaN stay so. */
export function log(x: f64): f64 {
  if (!(x < Infinity)) return x;
  const bits = reinterpret<u64>(x);
  let exponent = <i32>(bits >> 52) - 1023;
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent++;
  }
  // ln((1+s)/(1−s)) = 2(s + s³/3 + s⁵/5 + …), |s| < 0.172.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series: f64 = 0;
  for (let odd = 21; odd >= 3; odd -= 2) series = (series + 1 / <f64>odd) * square;
  return <f64>exponent * 0.6931471805599453 + 2 * (s * series + s);
}
