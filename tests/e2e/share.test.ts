/** Share, check and embed, and the evidence as files, in the built lab. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import Papa from 'papaparse';
import type { Browser, BrowserContext, Download, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toBase64Url } from '../../src/sessions/base64.ts';
import { joinSections, kinds } from '../../src/sessions/link/container.ts';
import { launchBrowser } from '../support/browser.ts';
import { serve, type Served } from '../support/server.ts';

/** Small enough to train in seconds; its validation split and evaluations are such that a link holds its curves exactly. */
const recipe = {
  name: 'Digits & <friends>',
  task: { dataset: 'digits', train: 600, validation: 200, test: 200 },
  model: { family: 'mlp', hidden: [64, 32] },
  training: { steps: 100, evaluateEvery: 20, batchSize: 50 },
  pruning: { levels: 2 },
  arms: ['ticket', 'reinit'],
  seeds: [1, 2],
};
const RUNS = 2 + 2 * 2 * 2;

let host: Served;
let browser: Browser;
let home: BrowserContext;
/** A session trained here, and its link. */
let page: Page;
let link: string;

const chart = (of: Page, title: string): Locator => of.getByRole('region', { name: title }).locator('.plot svg');
const tickets = (of: Page): Locator => of.getByRole('list', { name: 'Levels' }).getByRole('button');
/** A chart's lines as heights between its axes, 0..1: charts of two pages are not equally high. */
const lines = (of: Page, title: string): Promise<number[][]> =>
  chart(of, title).evaluate((svg) => {
    const [top, bottom] = [10, Number(svg.getAttribute('height')) - 20];
    return [...svg.querySelectorAll('path.series')].map((path) =>
      (path.getAttribute('d') ?? '')
        .split(/[ML]/)
        .slice(1)
        .map((point) => (bottom - Number(point.split(',')[1])) / (bottom - top)),
    );
  });

function watched(of: Page): string[] {
  const errors: string[] = [];
  of.on('pageerror', ({ message }) => errors.push(message));
  of.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}

async function table(of: Page): Promise<string[][]> {
  await of.getByRole('button', { name: 'Table' }).click();
  await of.getByRole('button', { name: 'Single' }).click();
  // It is fetched when it is first shown.
  await of.locator('.table tbody tr').first().waitFor();
  const rows = await of
    .locator('.table tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
  await of.getByRole('button', { name: 'Charts' }).click();
  return rows;
}

beforeAll(async () => {
  host = await serve('dist');
  browser = await launchBrowser();
  home = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await home.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(host.url);
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'digits.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(recipe)) });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText('nothing, all 3 levels are trained').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Share' }).click();
  link = await page.getByLabel('Link to this session').inputValue();
  await page.keyboard.press('Escape');
});

/** A test that failed must not fail the next by the dialog it left open. */
afterEach(() => page.keyboard.press('Escape'));

afterAll(async () => {
  await browser.close();
  await host.close();
});

describe('a link', () => {
  it('says what is in it and what is not, and carries more when it may be longer', async () => {
    await page.getByRole('button', { name: 'Share' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`final and early-stop figures of ${RUNS} runs`).waitFor();
    await dialog.getByText('learning curves of every run, 8 points each').waitFor();
    expect(link.length).toBeLessThanOrEqual(2_000);
    await dialog.getByText('8\u202f000 characters', { exact: true }).click();
    await dialog.getByText('masks of 4 of 4 tickets').waitFor();
    await dialog.getByText('Weights and training times: no link holds them.').waitFor();
    const longer = await dialog.getByLabel('Link to this session').inputValue();
    expect(longer.length).toBeGreaterThan(link.length);
    await page.keyboard.press('Escape');
  });

  it('opens elsewhere with the same figures and curves, and checks to the same bits', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const fresh = await context.newPage();
    const errors = watched(fresh);
    await fresh.goto(link);
    await fresh.getByText(`Results of ${RUNS} runs from a link`).waitFor();
    for (const one of [page, fresh]) await tickets(one).nth(2).click();
    for (const title of ['Test accuracy by kept %', 'Learning curves at', 'Early stop by kept %']) {
      const there = await lines(page, title);
      await expect.poll(() => lines(fresh, title)).toEqual(there.map((line) => line.map((height) => expect.closeTo(height, 4) as number)));
      expect(there.flat().length).toBeGreaterThan(5);
    }
    expect(await chart(fresh, 'Test accuracy by kept %').getAttribute('aria-label')).toBe(
      await chart(page, 'Test accuracy by kept %').getAttribute('aria-label'),
    );
    const key = ([level, kept, arm, seed, ...cells]: string[]) =>
      [level, kept, arm, seed, cells[0], cells[1], cells[2], cells[7]].join(' ');
    const before = (await table(fresh)).map(key);
    expect(before.sort()).toEqual((await table(page)).map(key).sort());

    await fresh.getByRole('button', { name: 'Check it' }).click();
    await fresh.getByText(`Checked: all ${RUNS} runs came out with the same bits as in the link.`).waitFor({ timeout: 60_000 });
    await fresh.getByRole('button', { name: 'Table' }).click();
    // The table loads when it is first shown.
    await expect.poll(() => fresh.locator('.table [data-verdict=same].check').count()).toBe(RUNS);
    expect(await tickets(fresh).locator('[data-verdict=same]').count()).toBe(3);
    // Nothing was kept or overwritten: the link's figures stand and the library is as empty as before.
    await fresh.getByRole('button', { name: 'Run it again' }).first().waitFor();
    expect((await table(fresh)).map(([, ...row]) => key(row)).sort()).toEqual(before);
    const stored = await fresh.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    const counts = await fresh.evaluate(
      (names) =>
        Promise.all(
          names.map(
            (name) =>
              new Promise<number>((resolve) => {
                const open = indexedDB.open(name ?? '');
                open.onsuccess = () => {
                  if (!open.result.objectStoreNames.contains('records')) {
                    resolve(0);
                    return;
                  }
                  const count = open.result.transaction('records').objectStore('records').count();
                  count.onsuccess = () => resolve(count.result);
                };
              }),
          ),
        ),
      stored,
    );
    expect(counts.every((count) => count === 0)).toBe(true);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('whose figures were changed is found out', async () => {
    // A link that somebody made up: the fingerprints of its runs are all one.
    const { packLink } = await import('../../src/sessions/link.ts');
    const { importSession } = await import('../../src/sessions/reading.ts');
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('button', { name: 'File', exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as a file' }).click()]);
    await page.keyboard.press('Escape');
    const session = importSession(await text(download), 'session.json');
    const runs = session.runs.map((run) => (run.level === 1 ? { ...run, fingerprint: 'f'.repeat(64) } : run));
    const { hash } = await packLink({ ...session, runs }, 8_000, { find: () => Promise.resolve(null) });
    const context = await browser.newContext();
    const fresh = await context.newPage();
    await fresh.goto(`${host.url}#${hash ?? ''}`);
    await fresh.getByRole('button', { name: 'Check it' }).click();
    await fresh.getByText(`Checked: 4 of ${RUNS} runs came out with other bits`).waitFor({ timeout: 60_000 });
    await context.close();
  });

  it('of the first form opens', async () => {
    const kept = JSON.parse(readFileSync('tests/unit/sessions/fixtures/link-s1.json', 'utf8')) as { hash: string; runs: unknown[] };
    const context = await browser.newContext();
    const fresh = await context.newPage();
    await fresh.goto(`${host.url}#${kept.hash}`);
    await fresh.getByText(`Results of ${kept.runs.length} runs from a link`).waitFor();
    await fresh
      .getByText('Run it again: links hold no curves', { exact: false })
      .or(fresh.getByText('Links hold no curves', { exact: false }))
      .waitFor();
    await context.close();
  });

  it('mangled here and there, or made to burst, is refused in words', async () => {
    const context = await browser.newContext();
    const fresh = await context.newPage();
    const errors = watched(fresh);
    await fresh.goto(host.url);
    const hash = link.slice(link.indexOf('#') + 1);
    const bomb = `s2.${toBase64Url(joinSections(new Map([[kinds.recipe, deflateRawSync(Buffer.alloc(50_000_000))]])))}`;
    const bad = Array.from({ length: 9 }, (_, tenth) => {
      const at = Math.floor((hash.length * tenth) / 9);
      return hash.slice(0, at) + (hash[at] === 'A' ? 'B' : 'A') + hash.slice(at + 1);
    });
    for (const one of [...bad, hash.slice(0, 400), bomb]) {
      await fresh.evaluate((to) => (location.hash = to), one);
      const notice = fresh.locator('[role=alert][data-subject=link]');
      await notice.waitFor();
      expect(await notice.textContent()).toMatch(/link/i);
      await notice.getByRole('button', { name: 'Dismiss' }).click();
    }
    await fresh.evaluate((to) => (location.hash = to), hash);
    await fresh.getByText(`Results of ${RUNS} runs from a link`).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });
});

describe('an embedded lab', () => {
  it('shows stage and evidence in a frame that is refused storage, with what is hidden left out', async () => {
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('button', { name: 'Embed' }).click();
    await page.getByLabel('Theme').selectOption('dark');
    await page.getByLabel('Level shown first').selectOption('1');
    for (const name of ['choice of arm and seed', 'saving of figures and data', 'way to the whole lab'])
      await page.getByLabel(name).uncheck();
    const code = await page.getByLabel('Code for the page').inputValue();
    await page.keyboard.press('Escape');
    expect(code).toContain('Digits &amp; &lt;friends&gt;');

    const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, colorScheme: 'light' });
    await context.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
        Object.defineProperty(window, name, {
          get: () => {
            throw new DOMException('The operation is insecure.', 'SecurityError');
          },
        });
    });
    const slides = await context.newPage();
    const errors = watched(slides);
    const folder = await mkdtemp(join(tmpdir(), 'slides-'));
    await writeFile(join(folder, 'index.html'), `<!doctype html><title>Slides</title><link rel="icon" href="data:,">${code}`);
    const other = await serve(folder);
    // Another origin than the lab's.
    await slides.goto(other.url.replace('localhost', '127.0.0.1'));
    const frame = slides.frameLocator('iframe');
    await frame.getByText(`Results of ${RUNS} runs from a link`).waitFor();
    await frame.getByText('Level 1 of 2', { exact: false }).first().waitFor();
    expect(await frame.locator('html').getAttribute('data-theme')).toBe('dark');
    await frame.getByRole('region', { name: 'Test accuracy by kept %' }).locator('path.series').first().waitFor();
    for (const gone of [
      frame.getByRole('banner'),
      frame.getByRole('button', { name: 'Save data' }),
      frame.getByRole('link', { name: 'Open in the lab' }),
      frame.getByLabel('Arm shown'),
      frame.getByRole('alert'),
    ])
      expect(await gone.filter({ visible: true }).count()).toBe(0);
    await frame.getByRole('button', { name: 'Next level' }).click();
    await frame.getByText('Level 2 of 2', { exact: false }).first().waitFor();
    await frame.getByRole('button', { name: 'Check it' }).click();
    await frame.getByText(`Checked: all ${RUNS} runs`).waitFor({ timeout: 60_000 });
    expect(errors).toEqual([]);
    await context.close();
    await other.close();
  });
});

describe('evidence as files', () => {
  const save = async (menu: Locator, item: string): Promise<Download> => {
    await menu.click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: item }).filter({ visible: true }).click(),
    ]);
    return download;
  };

  it.each(['Test accuracy by kept %', 'Learning curves at', 'Early stop by kept %'])('saves “%s” as SVG and PNG', async (title) => {
    const figure = page.getByRole('region', { name: title });
    const svg = await text(await save(figure.getByRole('button', { name: 'Save this figure' }), 'Picture, SVG'));
    const read = await page.evaluate((source) => {
      const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
      return {
        error: parsed.querySelector('parsererror')?.textContent ?? null,
        root: parsed.documentElement.tagName,
        width: Number(parsed.documentElement.getAttribute('width')),
        height: Number(parsed.documentElement.getAttribute('height')),
        texts: [...parsed.querySelectorAll('text')].map((one) => one.textContent),
        strokes: [...parsed.querySelectorAll('path')].map((one) => one.getAttribute('stroke')),
      };
    }, svg);
    expect(read).toMatchObject({ error: null, root: 'svg' });
    expect(read.texts[0]).toContain(title);
    expect(read.texts.at(-1)).toMatch(/^Digits & <friends> · recipe [0-9a-f]{8} · Lottery Ticket Lab$/);
    expect(read.texts).toContain('ticket');
    expect(svg).not.toMatch(/var\(|light-dark|class=|style=/);
    expect(read.strokes).toContain('rgb(31, 72, 198)');

    const png = await bytes(await save(figure.getByRole('button', { name: 'Save this figure' }), 'Picture, PNG'));
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * read.width, 2 * read.height]);
    // Not one colour all over: it was drawn.
    expect(png.length).toBeGreaterThan(5_000);
  });

  it('saves every run as CSV and JSON', async () => {
    const menu = page.getByRole('button', { name: 'Save data' });
    const { data, errors } = Papa.parse<Record<string, string>>(await text(await save(menu, 'Table, CSV')), {
      header: true,
      skipEmptyLines: true,
    });
    expect(errors).toEqual([]);
    expect(data).toHaveLength(RUNS);
    expect(data.every((row) => /^[0-9a-f]{64}$/.test(row.fingerprint) && Number(row.test_accuracy) > 0.1)).toBe(true);
    const json = JSON.parse(await text(await save(menu, 'Everything shown, JSON'))) as { runs: unknown[]; curves: unknown[] };
    expect([json.runs.length, json.curves.length]).toEqual([RUNS, RUNS]);
  });
});

describe('what is pointed at', () => {
  it('is marked in chart, table, timeline and recipe alike', async () => {
    await page.getByRole('button', { name: 'Range' }).click();
    await tickets(page).nth(2).click();
    await tickets(page).nth(1).hover();
    await chart(page, 'Test accuracy by kept %').locator('path.pointed').waitFor({ state: 'attached' });
    await page.getByRole('checkbox', { name: 'reinit' }).focus();
    await chart(page, 'Test accuracy by kept %').locator('g.dim[data-series=ticket]').waitFor();
    await chart(page, 'Learning curves at').locator('g.dim[data-series=ticket]').waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    await page.locator('.table tbody tr').nth(1).hover();
    await page.locator('.tickets button.pointed').waitFor();
    expect(await page.locator('.tickets button.pointed').getAttribute('aria-label')).toContain('Level 1');
    await page.getByRole('button', { name: 'Charts' }).click();
    const box = await chart(page, 'Test accuracy by kept %').boundingBox();
    if (box === null) throw new Error('the chart is not on the screen');
    await page.mouse.move(box.x + 45, box.y + box.height / 2);
    await page.locator('.tickets button.pointed[aria-label^="Level 0"]').waitFor();
  });
});

const bytes = async (download: Download): Promise<Buffer> => readFile(await download.path());
const text = async (download: Download): Promise<string> => (await bytes(download)).toString('utf8');
