/** Screenshots of the built lab, by day and by night, from wide screen to phone, into build/shots. */
import { mkdirSync } from 'node:fs';
import { launchBrowser } from '../tests/support/browser.ts';
import { serve } from '../tests/support/server.ts';

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];
/** Long enough for the first visit's small task to have trained. */
const SETTLE_MS = 5_000;

mkdirSync('build/shots', { recursive: true });
const host = await serve('dist');
const browser = await launchBrowser();
try {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const viewport of sizes) {
      const page = await browser.newPage({ viewport, colorScheme });
      await page.goto(host.url, { waitUntil: 'load' });
      await page.waitForTimeout(SETTLE_MS);
      const path = `build/shots/${colorScheme}-${viewport.width}.png`;
      await page.screenshot({ path });
      await page.close();
      console.log(path);
    }
} finally {
  await browser.close();
  await host.close();
}
