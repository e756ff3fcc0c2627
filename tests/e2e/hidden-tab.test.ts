/** A tab that nobody looks at trains on. */
import { createServer, type AddressInfo } from 'node:net';
import { chromium } from 'playwright';
import { expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { LabPage } from './pages/lab-page.ts';
import { slow } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

it('goes on training behind another tab', async () => {
  // Playwright tells its own pages that they are always in front; in a browser it merely joins it does not.
  const port = await freePort();
  const launched = await launchBrowser([`--remote-debugging-port=${port}`], 'windows');
  const joined = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  try {
    const [context] = joined.contexts();
    const lab = new LabPage(await context.newPage());
    await lab.open(site.url);
    await lab.openRecipe({ ...slow, pruning: { levels: 3 } });
    await lab.run();
    await lab.expectTraining(0);
    await (await context.newPage()).bringToFront();
    await expect.poll(() => lab.page.evaluate(() => document.visibilityState)).toBe('hidden');
    const finished = await lab.finishedLevels();
    expect(finished).toBeLessThan(3);
    await expect.poll(() => lab.finishedLevels(), { timeout: 60_000 }).toBe(4);
    expect(await lab.page.evaluate(() => document.visibilityState)).toBe('hidden');
    await lab.page.bringToFront();
    await lab.expectComplete();
  } finally {
    await joined.close();
    await launched.close();
  }
});
