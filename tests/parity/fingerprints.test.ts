/**
 * Bit for bit the same in Node, Chromium and Firefox. Where a table entry differs, the engine's arithmetic has changed:
 * see scripts/fingerprints.ts.
 */
import { readFileSync } from 'node:fs';
import type { Browser as Firefox } from 'puppeteer-core';
import { describe, expect, inject, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { firefoxPath, launchFirefox } from '../support/firefox.ts';
import { fingerprints, type FingerprintTable } from './harness/fingerprints.ts';
import type { Reply, Request } from './harness/worker.ts';

const table = JSON.parse(readFileSync(new URL('./fingerprints.json', import.meta.url), 'utf8')) as FingerprintTable;

const question: Request = { fingerprints: true };

/** Runs in the page, whose scripts have run once it has loaded. */
const ask = (request: Request): Promise<Reply> => (globalThis as unknown as { ask(request: Request): Promise<Reply> }).ask(request);

it('the table has every run, no two alike', () => {
  const all = Object.values(table.runs);
  expect(all).toHaveLength(30);
  expect(new Set(all).size).toBe(all.length);
  for (const hash of all) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

it('in Node', async () => expect(await fingerprints()).toEqual(table));

it('in a worker of Chromium', async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(inject('harness'));
    expect(await page.evaluate(ask, question)).toEqual({ fingerprints: table });
  } finally {
    await browser.close();
  }
});

const firefox = firefoxPath();
describe.skipIf(firefox === null)(
  firefox === null ? 'Firefox (skipped: none here; install firefox-esr or set LAB_FIREFOX)' : 'Firefox',
  () => {
    it('in a worker of Firefox', async () => {
      const browser: Firefox = await launchFirefox(firefox ?? '');
      try {
        const page = await browser.newPage();
        await page.goto(inject('harness'));
        expect(await page.evaluate(ask, question)).toEqual({ fingerprints: table });
      } finally {
        await browser.close();
      }
    });
  },
);
