/**
 * Adaptive arithmetic coding (a carry-propagating range coder, Martin 1979): numbers of a kind take about as many bits
 * as they surprise. One description of the numbers serves writing and reading: `code` is given the number when it
 * writes and returns it when it reads. Whole numbers only, so that every machine reads what another wrote.
 */
import { Malformed } from '../bytes.ts';

/** How likely the next bit of a kind is 0, learned from those before. */
export class Odds {
  /** Of 65 536; never so near to an end that a bit could not be told. */
  zero = 32_768;
  private seen = 0;

  /** `memory`: how many bits back it remembers, about. */
  constructor(private readonly memory: number) {}

  learn(bit: number): void {
    const wanted = bit === 0 ? 65_504 : 32;
    this.zero += Math.trunc((wanted - this.zero) / (this.seen + 2));
    if (this.seen < this.memory) this.seen++;
  }
}

/** Writes the bit it is given, or ignores it and returns the one it reads. */
export interface BitCoder {
  bit(odds: Odds, bit: number): number;
}

export class RangeWriter implements BitCoder {
  private low = 0;
  private range = 2 ** 32 - 1;
  /** The last byte, which a carry may still change, and how many 255s follow it. Null before the first. */
  private held: number | null = null;
  private full = 0;
  private readonly bytes: number[] = [];

  /** Bytes so far, about. */
  get length(): number {
    return this.bytes.length + this.full + 1;
  }

  bit(odds: Odds, bit: number): number {
    const bound = Math.floor(this.range / 65_536) * odds.zero;
    if (bit === 0) this.range = bound;
    else {
      this.low += bound;
      this.range -= bound;
    }
    odds.learn(bit);
    while (this.range < 2 ** 24) {
      this.range *= 256;
      this.shift();
    }
    return bit;
  }

  /** All bytes; zeros at the end are left out, a reader goes on with them. */
  done(): Uint8Array {
    for (let byte = 0; byte < 5; byte++) this.shift();
    let { length } = this.bytes;
    while (length > 0 && this.bytes[length - 1] === 0) length--;
    return Uint8Array.from(this.bytes.slice(0, length));
  }

  private shift(): void {
    const carry = this.low >= 2 ** 32 ? 1 : 0;
    const top = Math.floor(this.low / 2 ** 24) & 255;
    if (top !== 255 || carry === 1) {
      if (this.held !== null) this.bytes.push((this.held + carry) & 255);
      for (; this.full > 0; this.full--) this.bytes.push((255 + carry) & 255);
      this.held = top;
    } else if (this.held === null) this.held = top;
    else this.full++;
    this.low = (this.low % 2 ** 24) * 256;
  }
}

export class RangeReader implements BitCoder {
  private position = 0;
  private range = 2 ** 32 - 1;
  private code = 0;

  constructor(private readonly bytes: Uint8Array) {
    for (let byte = 0; byte < 4; byte++) this.code = this.code * 256 + this.next();
  }

  bit(odds: Odds): number {
    const bound = Math.floor(this.range / 65_536) * odds.zero;
    const bit = this.code < bound ? 0 : 1;
    if (bit === 0) this.range = bound;
    else {
      this.code -= bound;
      this.range -= bound;
    }
    odds.learn(bit);
    while (this.range < 2 ** 24) {
      this.range *= 256;
      this.code = this.code * 256 + this.next();
    }
    return bit;
  }

  private next(): number {
    return this.position < this.bytes.length ? this.bytes[this.position++] : 0;
  }
}

const MEMORY = 24;
/** Numbers stay below 2^31 in size. */
const MAX_LENGTH = 31;

/** Whole numbers of either sign and of one kind, most of them near zero. */
export class Numbers {
  private readonly zero = new Odds(MEMORY);
  private readonly sign = new Odds(MEMORY);
  private readonly longer = oddsList(MAX_LENGTH);
  /** The bits below the first, by the number's length, of the lengths that there were so far: few, and a link has many kinds of numbers. */
  private readonly lower = new Map<number, readonly Odds[]>();

  code(coder: BitCoder, value: number): number {
    if (coder.bit(this.zero, value === 0 ? 1 : 0) === 1) return 0;
    const isNegative = coder.bit(this.sign, value < 0 ? 1 : 0) === 1;
    const size = Math.abs(value);
    const wanted = 31 - Math.clz32(size);
    let length = 0;
    while (coder.bit(this.longer[length], length < wanted ? 1 : 0) === 1) {
      length++;
      if (length === MAX_LENGTH) throw new Malformed();
    }
    const lower = this.lower.get(length) ?? oddsList(length);
    this.lower.set(length, lower);
    let result = 1;
    for (let place = length - 1; place >= 0; place--) result = 2 * result + coder.bit(lower[place], (size >> place) & 1);
    return isNegative ? -result : result;
  }
}

const oddsList = (length: number): Odds[] => Array.from({ length }, () => new Odds(MEMORY));
