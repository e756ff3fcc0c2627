import { describe, expect, it } from 'vitest';
import { newest, secondsFor, type Ended } from '../../../../src/app/state/estimate.ts';

const STEPS = 100;

/** Seconds that one more run is thought to take after each of these ends. */
function estimates(ends: readonly Pick<Ended, 'ms' | 'together'>[]): number[] {
  let recent: readonly Ended[] = [];
  return ends.map((end) => {
    recent = newest([...recent, { ...end, steps: STEPS }]);
    const finishedMs = recent.reduce((sum, { ms }) => sum + ms, 0);
    return secondsFor(STEPS, { finishedMs, finishedSteps: STEPS * recent.length, stepsPerSecond: 0 }) ?? NaN;
  });
}

describe('the time left', () => {
  it('goes by the last six runs where one trains at a time', () => {
    const ends = [9000, 9000, 1000, 1000, 1000, 1000, 1000, 1000].map((ms) => ({ ms, together: 1 }));
    expect(estimates(ends).at(-1)).toBe(1);
  });

  it.each([2, 4, 6, 8, 12])('is the same whenever it is asked where %i runs end at once', (width) => {
    const batch = Array.from({ length: width }, (_, index) => ({ ms: index === 0 ? 1000 * width : 0, together: width - index }));
    const all = estimates([...batch, ...batch, ...batch, ...batch]);
    // Before the first batch is whole, there is less to go by.
    for (const seconds of all.slice(3 * width)) expect(seconds).toBeCloseTo(1, 9);
  });
});
