/**
 * Screenshots of the built lab in its states and pages, by day and by night, from wide screen to phone, into build/shots;
 * the README's picture, of a finished quick run on MNIST, into docs/.
 */
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright';
import { launchBrowser } from '../tests/support/browser.ts';
import { serve } from '../tests/support/server.ts';

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];
/** Motions and easing come to rest in it. */
const SETTLE_MS = 2_000;

const isTrained = async (page: Page): Promise<void> => {
  await page.getByText(/nothing, all \d+ levels are trained/).waitFor({ state: 'attached', timeout: 600_000 });
  await page.waitForTimeout(SETTLE_MS);
};

/** Each from a first visit on. */
const states: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  'first-visit': isTrained,
  mask: async (page) => {
    await isTrained(page);
    await page.getByRole('button', { name: 'Mask', exact: true }).click();
    await page.waitForTimeout(SETTLE_MS);
  },
  'what-if': async (page) => {
    await isTrained(page);
    await page.getByRole('list', { name: 'Levels' }).getByRole('button').nth(4).click();
    const edit = page.getByRole('button', { name: 'Edit' });
    if (await edit.isVisible()) await edit.click();
    await page.getByRole('radio', { name: /^step/ }).check();
    await page.getByRole('button', { name: 'Branch from level 4' }).click();
    await page.keyboard.press('Escape');
    await page.locator('body').press('Space');
    await isTrained(page);
  },
  example: async (page) => {
    await page.getByRole('button', { name: 'or see sixteen levels of it' }).click();
    await page.waitForTimeout(SETTLE_MS);
  },
  share: async (page) => {
    await isTrained(page);
    await page.getByRole('button', { name: 'Share' }).click();
    await page.waitForTimeout(SETTLE_MS);
  },
  methods: async (page) => {
    await page.evaluate(() => (location.hash = '#methods'));
    await page.waitForTimeout(SETTLE_MS);
  },
  library: async (page) => {
    await isTrained(page);
    await page.evaluate(() => (location.hash = '#library'));
    await page.waitForTimeout(SETTLE_MS);
  },
};

async function shootReadme(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: 'Run it on MNIST' }).click();
  await isTrained(page);
  await page.locator('body').press('End');
  await page.getByRole('button', { name: 'Sign and size' }).click();
  await page.waitForTimeout(SETTLE_MS);
  mkdirSync('docs', { recursive: true });
  await page.screenshot({ path: 'docs/lab.png' });
  console.log('docs/lab.png');
}

mkdirSync('build/shots', { recursive: true });
const only = process.argv.slice(2);
const host = await serve('dist');
const browser = await launchBrowser();
try {
  for (const [name, reach] of Object.entries(states).filter(([state]) => only.length === 0 || only.includes(state)))
    for (const colorScheme of ['light', 'dark'] as const)
      for (const viewport of sizes) {
        const context = await browser.newContext({ viewport, colorScheme });
        const page = await context.newPage();
        await page.goto(host.url, { waitUntil: 'load' });
        await reach(page);
        const path = `build/shots/${name}-${colorScheme}-${viewport.width}.png`;
        await page.screenshot({ path });
        await context.close();
        console.log(path);
      }
  if (only.length === 0 || only.includes('readme'))
    await shootReadme(await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' }), host.url);
} finally {
  await browser.close();
  await host.close();
}
