/** Single weights on their way back: weight i is the same mark before, on and after its way. */
import { onTheWay, type Tracers } from '../../science/analysis/transition.ts';

/** Where a value lies on a histogram's axis of some width; what is beyond its range lies at its ends. */
export function placeOf(value: number, limit: number, width: number): number {
  return (Math.min(1, Math.max(-1, value / limit)) + 1) * (width / 2);
}

export interface Mark {
  /** The weight's place in its parameter. */
  readonly weight: number;
  readonly from: number;
  readonly x: number;
  readonly home: number;
  readonly isNegative: boolean;
  /** A height of its own, 0..1, so that marks do not cover each other. */
  readonly lane: number;
}

/** The golden ratio's multiples spread any number of lanes evenly. */
const GOLDEN = 0.618034;

/** The marks at a share (0..1) of their way, at most so many, taken evenly from all. */
export function marksAt({ index, before, after }: Tracers, share: number, limit: number, width: number, most: number): Mark[] {
  const count = Math.min(most, index.length);
  return Array.from({ length: count }, (_, mark) => {
    const at = Math.floor((mark * index.length) / count);
    const place = (value: number): number => placeOf(value, limit, width);
    return {
      weight: index[at],
      from: place(before[at]),
      x: place(onTheWay(before[at], after[at], share)),
      home: place(after[at]),
      isNegative: before[at] < 0,
      lane: (mark * GOLDEN) % 1,
    };
  });
}
