import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Slices, type Sliceable } from '../../../src/app/slices.ts';

let clock = 0;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Each step takes 4 ms of the clock. */
function* count(value: number, steps: number, begun: number[]): Sliceable<number> {
  begun.push(value);
  for (let step = 0; step < steps; step++) {
    clock += 4;
    yield;
  }
  return value;
}

it('works for a few milliseconds at a time', () => {
  const done: number[] = [];
  const slices = new Slices<number>(
    (value) => done.push(value),
    () => clock,
  );
  slices.ask(() => count(1, 10, []));
  let most = 0;
  while (done.length === 0) {
    const before = clock;
    vi.advanceTimersToNextTimer();
    most = Math.max(most, clock - before);
  }
  expect(done).toEqual([1]);
  expect(most).toBeLessThanOrEqual(8);
});

it('finishes what is under way, and of what waits asks the newest only', () => {
  const done: number[] = [];
  const begun: number[] = [];
  const slices = new Slices<number>(
    (value) => done.push(value),
    () => clock,
  );
  slices.ask(() => count(1, 10, begun));
  vi.advanceTimersToNextTimer();
  for (const value of [2, 3, 4]) slices.ask(() => count(value, 1, begun));
  vi.runAllTimers();
  expect(done).toEqual([1, 4]);
  expect(begun).toEqual([1, 4]);
});

it('says nothing any more once it is stopped', () => {
  const done: number[] = [];
  const slices = new Slices<number>(
    (value) => done.push(value),
    () => clock,
  );
  slices.ask(() => count(1, 10, []));
  vi.advanceTimersToNextTimer();
  slices.stop();
  vi.runAllTimers();
  expect(done).toEqual([]);
});
