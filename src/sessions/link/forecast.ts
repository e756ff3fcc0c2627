/** What a figure will be, guessed from those before it: only the surprise is written. */
import { Malformed } from '../bytes.ts';
import { Numbers, type BitCoder } from './range.ts';

interface Place {
  readonly arm: string;
  readonly level: number;
}

/** Whole numbers of 0..`most`, one a run, level by level. A run's own kind tells most: seeds of the same arm and level, else of the level before. */
export class Forecast {
  private readonly sums = new Map<string, { sum: number; count: number }>();
  private readonly surprises = new Numbers();

  constructor(
    private readonly most: number,
    /** What is expected where nothing is known. */
    private readonly start = 0,
  ) {}

  /** `other`: a better guess than the forecast's own, if there is one. */
  code(coder: BitCoder, place: Place, value: number, other?: number): number {
    const expected = other ?? this.expected(place);
    const result = expected + this.surprises.code(coder, value - expected);
    if (result < 0 || result > this.most) throw new Malformed();
    const key = `${place.arm}/${place.level}`;
    const { sum, count } = this.sums.get(key) ?? { sum: 0, count: 0 };
    this.sums.set(key, { sum: sum + result, count: count + 1 });
    return result;
  }

  private expected({ arm, level }: Place): number {
    for (let at = level; at >= 0; at--) {
      const known = this.sums.get(`${at === 0 ? 'ticket' : arm}/${at}`);
      if (known !== undefined) return Math.round(known.sum / known.count);
    }
    return this.start;
  }
}
