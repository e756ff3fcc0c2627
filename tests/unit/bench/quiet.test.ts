import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { machineUsage, othersShare, untilQuiet, Vigil, type Usage } from '../../../scripts/bench/quiet.ts';

/** A machine of two processors that is looked at every second: what share others have in each, and what we have. */
function machine(others: readonly number[], ours = 0): () => Usage {
  let [second, busy, own] = [0, 0, 0];
  return () => {
    const usage = { total: 2000 * second, busy, own };
    const share = others[Math.min(second, others.length - 1)];
    second++;
    own += 2000 * ours;
    busy += 2000 * (share + ours);
    return usage;
  };
}

describe('what others have of the machine', () => {
  it('is what is busy but not ours', () => {
    const from = { total: 0, busy: 100, own: 50 };
    expect(othersShare(from, { total: 2000, busy: 1100, own: 50 })).toBe(0.5);
    expect(othersShare(from, { total: 2000, busy: 1100, own: 1050 })).toBe(0);
    expect(othersShare(from, { total: 2000, busy: 1100, own: 1060 })).toBe(0);
  });

  it('is read from the first line of /proc/stat: idle and waiting for a disk are not busy, a hypervisor is', () => {
    const stat = 'cpu  10 1 5 100 7 2 3 4 6 0\ncpu0 5 0 2 50 3 1 1 2 3 0\nctxt 17\n';
    expect(machineUsage(stat)).toEqual({ total: 1320, busy: 250 });
    expect(() => machineUsage('')).toThrow('Linux');
  });
});

describe('a quiet machine', () => {
  const waits = async (others: readonly number[], ours = 0): Promise<{ looks: number; said: string[] }> => {
    let looks = 0;
    const said: string[] = [];
    await untilQuiet(
      (line) => said.push(line),
      machine(others, ours),
      () => Promise.resolve(looks++),
    );
    return { looks, said };
  };

  it('is found at once, after three looks, whatever we do ourselves', async () => {
    expect(await waits([0])).toEqual({ looks: 3, said: [] });
    expect(await waits([0.01], 0.5)).toEqual({ looks: 3, said: [] });
  });

  it('is waited for, until it has been quiet three times in a row; that is said once', async () => {
    const { looks, said } = await waits([0.5, 0, 0, 0.3, 0.5, 0, 0, 0]);
    expect(looks).toBe(8);
    expect(said).toHaveLength(1);
  });
});

describe('a vigil', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const after = (seconds: number, look: () => Usage): boolean => {
    const vigil = new Vigil(look);
    vi.advanceTimersByTime(1000 * seconds);
    return vigil.end();
  };

  it('is content where others had little', () => {
    expect(after(10, machine([0.02], 0.5))).toBe(true);
    expect(after(10, machine([0.2, 0]))).toBe(true);
  });

  it('is not where they had much, were it only for a part of the time', () => {
    expect(after(10, machine([0.2]))).toBe(false);
    expect(after(10, machine([0, 0, 0, 1, 0]))).toBe(false);
  });
});
