/** The contract in Firefox: what is trained is saved, comes back, goes into a link, and comes out of it with the same bits. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firefoxPath, launchFirefox } from '../support/firefox.ts';
import { serve, type Served } from '../support/server.ts';
import { FirefoxLab } from './pages/firefox-lab.ts';
import { quick } from './support/recipes.ts';

const path = firefoxPath();
describe.skipIf(path === null)(path === null ? 'Firefox (skipped: none here; install firefox-esr or set LAB_FIREFOX)' : 'Firefox', () => {
  let [served, browser]: [Served | null, Browser | null] = [null, null];
  const folder = mkdtempSync(join(tmpdir(), 'lab-firefox-'));
  const recipe = join(folder, 'recipe.json');
  /** What pages complained of. */
  const faults: string[] = [];

  beforeAll(async () => {
    writeFileSync(recipe, JSON.stringify(quick));
    served = await serve(join(import.meta.dirname, '../../dist'), '/some/where/');
    browser = await launchFirefox(path ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    rmSync(folder, { recursive: true });
  });

  /** The lab in a profile of its own, on the engine whose bits are the same everywhere. */
  async function visit(hash = ''): Promise<FirefoxLab> {
    if (browser === null || served === null) throw new Error('opened before the tests');
    const page = await (await browser.createBrowserContext()).newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.evaluateOnNewDocument(() => localStorage.setItem('engine', 'sparse'));
    const lab = new FirefoxLab(page);
    await lab.open(`${served.url}${hash}`);
    return lab;
  }

  it('loads, trains, saves, reloads, makes a link; elsewhere the link opens and checks to the same bits', async () => {
    const lab = await visit();
    await lab.openRecipe(recipe);
    await lab.press('Run');
    await lab.expectWords(/Next: nothing, all 4 levels are trained/, 60_000);
    await lab.expectWords(/\bsaved\b/);
    const tickets = await lab.tickets();
    expect(tickets).toHaveLength(4);
    for (const ticket of tickets) expect(ticket).toMatch(/^Level \d.* % kept.* % test accuracy/);

    await lab.reload();
    await lab.expectWords(/Quick/);
    await expect.poll(() => lab.tickets()).toEqual(tickets);
    const link = await lab.link();

    const other = await visit(new URL(link).hash);
    await other.expectWords(/Results of 7 runs/);
    await expect.poll(() => other.tickets()).toEqual(tickets);
    await other.press('Check it');
    await other.expectWords(/Checked: all 7 runs came out with the same bits as in the link\./, 60_000);
    expect(faults).toEqual([]);
  });
});
