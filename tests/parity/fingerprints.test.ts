/**
 * Bit for bit the same in Node, Chromium and Firefox, whoever compiles, with one worker and more. Where a table entry
 * differs, the engine's arithmetic has changed: see scripts/fingerprints.ts, which also looks everywhere.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { firefoxPath } from '../support/firefox.ts';
import { inNode, inWorker, requireTiers, visitChromium, visitFirefox, type Visit } from './harness/environments.ts';
import { experimentsOf, table } from './harness/table.ts';
import type { Tiers } from './harness/tiers.ts';

const harness = inject('harness');
const asItComes = { baseline: true, optimizing: true };

it('the table has every run, no two alike', () => {
  const all = Object.values(table.runs);
  expect(all).toHaveLength(71);
  expect(Object.keys(experimentsOf(table))).toHaveLength(36);
  expect(new Set(all).size).toBe(all.length);
  for (const hash of all) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

describe('a switch of V8', () => {
  const ignition: Tiers = { kernels: 'liftoff', scripts: 'ignition' };

  it('that has no effect is noticed, as is a kernel that no run needs', () => {
    requireTiers(ignition, { kernels: ['liftoff'], scripts: ['ignition'] });
    for (const ran of [
      { kernels: ['liftoff', 'turbofan'], scripts: ['ignition'] },
      { kernels: ['liftoff', 'none'], scripts: ['ignition'] },
      { kernels: [], scripts: ['ignition'] },
      { kernels: ['liftoff'], scripts: ['ignition', 'sparkplug'] },
    ] as const)
      expect(() => requireTiers(ignition, ran)).toThrow(/kernels ran in .*not in liftoff and ignition/);
  });
});

describe('in Node', () => {
  it('as it comes: kernels change compilers while they run', async () => expect(await inNode(null)).toEqual(table));

  it('with Liftoff and Sparkplug alone', async () => expect(await inNode({ kernels: 'liftoff', scripts: 'sparkplug' })).toEqual(table));
});

/** In one browser, one after another. */
function holdsTable(open: () => Promise<Visit>): void {
  let visit: Visit;
  beforeAll(async () => {
    visit = await open();
  });
  afterAll(() => visit.close());

  it('in a worker', async () => expect(await inWorker(visit, harness)).toEqual(table));

  it.each([1, 2, 3])('in the lab of %i of its own workers', async (workers) =>
    expect(await visit.conduct(workers)).toEqual(experimentsOf(table)),
  );
}

describe('in Chromium', () => {
  holdsTable(() => visitChromium(harness));

  it('with TurboFan for kernels and scripts interpreted', async () => {
    const tiers: Tiers = { kernels: 'turbofan', scripts: 'ignition' };
    const visit = await visitChromium(harness, tiers);
    try {
      expect(await inWorker(visit, harness, tiers)).toEqual(table);
    } finally {
      await visit.close();
    }
  });
});

const firefox = firefoxPath();
describe.skipIf(firefox === null)(
  firefox === null ? 'Firefox (skipped: none here; install firefox-esr or set LAB_FIREFOX)' : 'in Firefox',
  () => {
    const path = firefox ?? '';
    holdsTable(() => visitFirefox(path, harness, asItComes));

    it('with its baseline compiler alone, and not without that', async () => {
      for (const baseline of [true, false]) {
        const visit = await visitFirefox(path, harness, { baseline, optimizing: false });
        try {
          if (baseline) expect(await inWorker(visit, harness)).toEqual(table);
          // Both preferences have an effect.
          else await expect(inWorker(visit, harness)).rejects.toThrow(/no WebAssembly compiler/);
        } finally {
          await visit.close();
        }
      }
    });
  },
);
