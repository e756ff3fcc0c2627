/** Random choices of one fuzz case, all of them from the seed and the case's number, so that a case can be made again alone. */
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

export class Dice {
  private readonly generator;

  constructor(seed: number, number: number) {
    this.generator = xoroshiro128plusFromState([seed, ~seed, Math.imul(number + 1, 0x9e3779b9), number].map((word) => word | 0));
    // The first numbers of neighbouring states are alike.
    for (let round = 0; round < 8; round++) this.generator.next();
  }

  /** Uniform in 0..bound−1, nearly. */
  below(bound: number): number {
    return (this.generator.next() >>> 0) % bound;
  }

  pick<Value>(from: ArrayLike<Value>): Value {
    return from[this.below(from.length)];
  }

  /** Mostly the first, which is small and quickly read; now and then one of the others. */
  pickSmall<Value>(from: readonly [Value, ...Value[]]): Value {
    return this.once(5) ? this.pick(from) : from[0];
  }

  /** True once in so many times. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }
}
