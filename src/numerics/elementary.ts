/**
 * The elementary functions wherever a value reaches a weight: IEEE + − × ÷ only, so that they give the same bits on
 * every machine. The host's own differ between browsers in the last place. All agree with the true value to about
 * one part in 10^15 in the ranges the lab uses.
 */

/** ln 2 in two parts: `LN2_HIGH` times any exponent is exact. */
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const LN2 = 0.6931471805599453;
const SQRT2 = 1.4142135623730951;

/** π/2 in three parts, the first two with trailing zeros: their products with small integers are exact. */
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;
const TWO_OVER_PI = 0.6366197723675814;

export const PI = 3.141592653589793;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** Natural logarithm of a finite x > 0; −Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const subnormal = x < 2 ** -1022;
  float[0] = subnormal ? x * 2 ** 54 : x;
  let exponent = ((words[1] >>> 20) & 0x7ff) - 1023 - (subnormal ? 54 : 0);
  words[1] = (words[1] & 0x000fffff) | 0x3ff00000;
  let mantissa = float[0];
  if (mantissa > SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln((1+s)/(1−s)) = 2(s + s³/3 + s⁵/5 + …), |s| < 0.172.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let odd = 25; odd >= 3; odd -= 2) series = (series + 1 / odd) * square;
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * s * series + 2 * s);
}

/** e to the x; 0 and Infinity beyond the range of doubles. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const power = Math.floor(x / LN2 + 0.5);
  const rest = x - power * LN2_HIGH - power * LN2_LOW;
  let series = 1;
  for (let term = 16; term >= 1; term--) series = 1 + (series * rest) / term;
  const half = power >> 1;
  return series * powerOfTwo(half) * powerOfTwo(power - half);
}

/** 2 to an integer between −1022 and 1023. */
function powerOfTwo(exponent: number): number {
  words[0] = 0;
  words[1] = (exponent + 1023) << 20;
  return float[0];
}

/** x to the y: by repeated squaring where y is a whole number below 2^31, else x > 0 is required. */
export function pow(x: number, y: number): number {
  if (!Number.isInteger(y) || Math.abs(y) >= 2 ** 31) return exp(y * log(x));
  let result = 1;
  let square = x;
  for (let rest = Math.abs(y); rest > 0; rest >>>= 1) {
    if (rest & 1) result *= square;
    square *= square;
  }
  return y < 0 ? 1 / result : result;
}

/** Sine of an angle in radians, |x| ≤ 10^5. */
export const sin = (x: number): number => quarterTurns(x, 0);

/** Cosine of an angle in radians, |x| ≤ 10^5. */
export const cos = (x: number): number => quarterTurns(x, 1);

/** sin(x + ahead·π/2). */
function quarterTurns(x: number, ahead: number): number {
  const turns = Math.floor(x * TWO_OVER_PI + 0.5);
  const rest = x - turns * HALF_PI_1 - turns * HALF_PI_2 - turns * HALF_PI_3;
  const quadrant = (turns + ahead) & 3;
  const value = quadrant & 1 ? cosineNearZero(rest) : sineNearZero(rest);
  return quadrant & 2 ? -value : value;
}

function sineNearZero(x: number): number {
  const square = x * x;
  let series = 1;
  for (let term = 18; term >= 2; term -= 2) series = 1 - (series * square) / (term * (term + 1));
  return x * series;
}

function cosineNearZero(x: number): number {
  const square = x * x;
  let series = 1;
  for (let term = 18; term >= 2; term -= 2) series = 1 - (series * square) / (term * (term - 1));
  return series;
}
