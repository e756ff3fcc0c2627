/**
 * Pictures that are committed: the icons of the installed app, drawn from public/icon.svg, and the social preview, a
 * screenshot of the built lab after a quick run on MNIST. Both into public/.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import type { Browser } from 'playwright';
import { launchBrowser } from '../tests/support/browser.ts';
import { serve } from '../tests/support/server.ts';

/** Paper, by day (--surface-page). */
const PAPER = '#f6f5f1';
/** Share of an icon's width that the ticket takes; a maskable icon may lose all outside the middle 80 %. */
const icons = [
  { file: 'icon-180.png', size: 180, share: 0.78, radius: 0 },
  { file: 'icon-192.png', size: 192, share: 0.78, radius: 0.2 },
  { file: 'icon-512.png', size: 512, share: 0.78, radius: 0.2 },
  { file: 'maskable-512.png', size: 512, share: 0.6, radius: 0 },
];

async function drawIcons(browser: Browser): Promise<void> {
  const svg = readFileSync('public/icon.svg', 'utf8');
  mkdirSync('public/icons', { recursive: true });
  for (const { file, size, share, radius } of icons) {
    const page = await browser.newPage({ viewport: { width: size, height: size }, colorScheme: 'light' });
    await page.setContent(`<body style="margin:0;display:grid;place-items:center;height:100vh;background:${PAPER};border-radius:${radius * size}px">
      <div style="width:${share * size}px;line-height:0">${svg}</div></body>
      <style>html{background:transparent}svg{width:100%}</style>`);
    await page.screenshot({ path: `public/icons/${file}`, omitBackground: true });
    await page.close();
  }
}

/** 1200 × 630, what previews are shown at; drawn on a wider page, where all of the lab fits. */
async function shootPreview(browser: Browser): Promise<void> {
  const host = await serve('dist');
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 756 }, deviceScaleFactor: 1200 / 1440, colorScheme: 'light' });
    await page.goto(host.url);
    await page.getByRole('button', { name: 'Run it on MNIST' }).click();
    await page.getByText('Next:').filter({ hasText: 'nothing' }).waitFor({ timeout: 600_000 });
    await page.keyboard.press('End');
    await page.waitForTimeout(1000);
    await page.screenshot({ path: 'public/social.png' });
  } finally {
    await host.close();
  }
}

const browser = await launchBrowser();
try {
  await drawIcons(browser);
  await shootPreview(browser);
} finally {
  await browser.close();
}
