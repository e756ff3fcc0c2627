import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/engines/pace.ts';
import { Cancelled } from '../../../src/science/trainer.ts';
import { atFullSpeed, Tempo } from '../../../src/worker/tempo.ts';

/** Whether a promise settles soon. */
const settles = (promise: Promise<unknown>): Promise<boolean> => Promise.race([promise.then(() => true), sleep(40).then(() => false)]);

describe('the tempo of a run', () => {
  it('at full speed trains what is wanted', async () => {
    const tempo = new Tempo(new Pace(), atFullSpeed);
    expect(await tempo.turn(37)).toBe(37);
    tempo.trained(37);
    expect(tempo.isHolding).toBe(false);
  });

  it('with an allowance trains exactly that and holds, until it is given another', async () => {
    const pace = new Pace();
    const tempo = new Tempo(pace, { ...atFullSpeed, allowance: 3 });
    expect(await tempo.turn(2)).toBe(2);
    tempo.trained(2);
    expect(await tempo.turn(50)).toBe(1);
    tempo.trained(1);
    expect(tempo.isHolding).toBe(true);
    const next = tempo.turn(50);
    expect(await settles(next)).toBe(false);
    tempo.set({ ...atFullSpeed, allowance: 2 });
    pace.resume();
    // The steps of a turn are counted when it begins, after the wait.
    expect(await next).toBe(2);
  });

  it('with none holds before the first step', async () => {
    const pace = new Pace();
    const turn = new Tempo(pace, { ...atFullSpeed, allowance: 0 }).turn(10);
    expect(await settles(turn)).toBe(false);
    pace.cancel();
    await expect(turn).rejects.toBeInstanceOf(Cancelled);
  });

  it('keeps to a number of steps a second, and hears a stop while it waits', async () => {
    const pace = new Pace();
    const tempo = new Tempo(pace, { stepsPerSecond: 100, allowance: Infinity });
    const began = performance.now();
    let steps = 0;
    while (performance.now() - began < 300) {
      const now = await tempo.turn(1000);
      steps += now;
      tempo.trained(now);
    }
    // 30 in 300 ms; timers are late, never early.
    expect(steps).toBeGreaterThan(8);
    expect(steps).toBeLessThanOrEqual(34);
    const slow = new Tempo(pace, { stepsPerSecond: 0.5, allowance: Infinity });
    await slow.turn(1);
    const waiting = slow.turn(1);
    pace.cancel();
    await expect(waiting).rejects.toBeInstanceOf(Cancelled);
    expect(performance.now() - began).toBeLessThan(1500);
  });
});
