import type { Browser, BrowserContext, Page } from 'playwright';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { serve, type Served } from '../support/server.ts';
import { LibraryPage, quickRecipe } from './pages/library-page.ts';

let browser: Browser;
/** Null while nobody answers at `address`. */
let host: Served | null = null;
let address: string;
let context: BrowserContext;
let page: Page;
let lab: LibraryPage;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  host = await serve('dist', '/some/folder/');
  address = host.url;
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  lab = new LibraryPage(page);
});
afterEach(async () => {
  await context.close();
  await host?.close();
});

/** The browser says so, and nobody answers: what a service worker asks for by itself may pass by what only browsers pretend. */
async function disconnect(): Promise<void> {
  await context.setOffline(true);
  await host?.close();
  host = null;
}

async function connect(): Promise<void> {
  host = await serve('dist', '/some/folder/', Number(new URL(address).port));
  await context.setOffline(false);
}

/** Resolves when the page is served by its service worker, which has the app by then. */
const kept = (of: Page): Promise<unknown> =>
  of.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller === null)
      await new Promise((taken) => navigator.serviceWorker.addEventListener('controllerchange', taken, { once: true }));
  });

/** A few steps on a little of MNIST. */
const mnist = JSON.stringify({
  ...(JSON.parse(quickRecipe('Digits by hand', 1)) as object),
  task: { dataset: 'mnist', train: 1000, validation: 200, test: 500 },
});

/** Runs it once it is open: before, the key would run what was on the bench. */
async function begins(recipe: string, name: string): Promise<void> {
  await lab.openFile('recipe.json', recipe);
  await page.getByRole('button', { name: 'Sessions', exact: true }).filter({ hasText: name }).waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

async function runs(recipe: string, name: string): Promise<void> {
  await begins(recipe, name);
  await lab.expectTrained();
}

describe('without a network', () => {
  it('after one visit the lab opens, trains the spiral and has its library', async () => {
    await page.goto(address);
    await kept(page);
    await disconnect();
    await page.reload();
    await runs(quickRecipe('Offline'), 'Offline');
    await lab.open();
    await expect.poll(() => lab.names()).toContain('Offline');
    const { bytes } = await lab.save('Save with weights', 'Offline');
    expect(bytes.length).toBeGreaterThan(1000);
  });

  it('MNIST is there once it was used, and says what is missing when it was not', async () => {
    await page.goto(address);
    await kept(page);
    await disconnect();
    await page.reload();
    await begins(mnist, 'Digits by hand');
    await expect
      .poll(() => page.getByRole('alert').first().textContent(), { timeout: 15_000 })
      .toMatch(
        /mnist\/.*\.bin could not be loaded.*never loaded on this device.*Check the connection.*choose a data set that is here: .*Moons/,
      );

    await connect();
    await runs(mnist, 'Digits by hand');
    await disconnect();
    await page.reload();
    // Other batches: nothing of it was trained before.
    await runs(mnist.replace('"batchSize":50', '"batchSize":40').replace('Digits by hand', 'Again'), 'Again');
  });
});

describe('a new build', () => {
  it('waits until the user reloads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lab-'));
    cpSync('dist', folder, { recursive: true });
    let site = await serve(folder);
    try {
      await page.goto(site.url);
      await kept(page);
      await site.close();
      writeFileSync(join(folder, 'sw.js'), `${readFileSync(join(folder, 'sw.js'), 'utf8')}\n// another build\n`);
      site = await serve(folder, '/', Number(new URL(site.url).port));
      const other = await context.newPage();
      await other.goto(site.url);
      await other.evaluate(async () => (await navigator.serviceWorker.ready).update());
      await other.getByText('A new version of the lab is ready.').waitFor();
      await page.getByText('A new version of the lab is ready.').waitFor();
      for (const tab of [page, other]) await tab.evaluate(() => document.body.setAttribute('data-seen', ''));
      await page.waitForTimeout(500);
      expect(await page.locator('body[data-seen]').count()).toBe(1);
      await page.getByRole('button', { name: 'Reload' }).click();
      await expect.poll(() => page.locator('body[data-seen]').count(), { timeout: 10_000 }).toBe(0);
      await page.getByText('Next:').waitFor();
      expect(await page.getByText('A new version of the lab is ready.').count()).toBe(0);
      // The other tab may be training: it goes on, and is told.
      expect(await other.locator('body[data-seen]').count()).toBe(1);
      expect(await other.getByText('A new version of the lab is ready.').count()).toBe(1);
    } finally {
      await site.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
