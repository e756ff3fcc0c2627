import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Pace } from '../../../src/engines/pace.ts';
import { Cancelled } from '../../../src/science/trainer.ts';

describe('a pace', () => {
  it('is due about 10 ms after the last breath', async () => {
    const pace = new Pace();
    expect(pace.due()).toBe(false);
    await sleep(15);
    expect(pace.due()).toBe(true);
    await pace.breathe();
    expect(pace.due()).toBe(false);
  });

  it('lets other tasks of the event loop in, without the delay of a timer', async () => {
    const pace = new Pace();
    let heardAt = Infinity;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (heardAt = Math.min(heardAt, breaths));
    port2.postMessage('stop');
    let breaths = 0;
    const began = performance.now();
    for (; breaths < 200; breaths++) await pace.breathe();
    expect(heardAt).toBeLessThan(10);
    expect(performance.now() - began).toBeLessThan(200);
    port1.close();
  });

  it('does so where there are only message channels, as in a browser', async () => {
    const node = globalThis.setImmediate;
    vi.stubGlobal('setImmediate', undefined);
    try {
      const [first, second] = [new Pace(), new Pace()];
      const order: number[] = [];
      await Promise.all([first.breathe().then(() => order.push(1)), second.breathe().then(() => order.push(2))]);
      expect(order).toEqual([1, 2]);
      second.cancel();
      await expect(second.breathe()).rejects.toBeInstanceOf(Cancelled);
      await first.breathe();
    } finally {
      vi.unstubAllGlobals();
    }
    expect(globalThis.setImmediate).toBe(node);
  });

  it('waits while paused, and goes on when resumed', async () => {
    const pace = new Pace();
    pace.pause();
    pace.pause();
    let breaths = 0;
    const breathing = pace.breathe().then(() => breaths++);
    await sleep(20);
    expect(breaths).toBe(0);
    pace.resume();
    await breathing;
    expect(breaths).toBe(1);
    pace.resume();
    await pace.breathe();
  });

  it('stays paused when paused again before the wait woke up', async () => {
    const pace = new Pace();
    pace.pause();
    let breaths = 0;
    const breathing = pace.breathe().then(() => breaths++);
    await sleep(5);
    pace.resume();
    pace.pause();
    await sleep(5);
    expect(breaths).toBe(0);
    pace.resume();
    await breathing;
  });

  it('rejects waits under way and later ones once cancelled, paused or not', async () => {
    for (const paused of [false, true]) {
      const pace = new Pace();
      if (paused) pace.pause();
      const underWay = pace.breathe();
      pace.cancel();
      await expect(underWay).rejects.toBeInstanceOf(Cancelled);
      await expect(pace.breathe()).rejects.toBeInstanceOf(Cancelled);
      pace.pause();
      await expect(pace.breathe()).rejects.toBeInstanceOf(Cancelled);
    }
  });

  it('serves several at once, and leaves the others alone when one is cancelled', async () => {
    const [first, second] = [new Pace(), new Pace()];
    const waits = [first.breathe(), second.breathe()];
    first.cancel();
    await expect(waits[0]).rejects.toBeInstanceOf(Cancelled);
    await expect(waits[1]).resolves.toBeUndefined();
  });

  it('keeps Node alive while it waits, and no longer', () => {
    const script = `
      import { Pace } from './src/engines/pace.ts';
      const pace = new Pace();
      for (let breath = 0; breath < 3; breath++) await pace.breathe();
      console.log('three breaths');`;
    const { stdout, status } = spawnSync('npx', ['tsx', '--input-type=module', '--eval', script], { encoding: 'utf8', timeout: 15_000 });
    expect(stdout).toContain('three breaths');
    expect(status).toBe(0);
  });
});
