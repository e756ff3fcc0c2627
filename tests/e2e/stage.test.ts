/** The stage of the built lab: a plane's network and boundaries, the pad, a mask down to one weight. */
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { serve, type Served } from '../support/server.ts';

let host: Served;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  host = await serve(join(import.meta.dirname, '../../dist'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await host.close();
});
afterEach(async () => {
  await page.close();
  expect(errors.splice(0)).toEqual([]);
});

async function open(): Promise<void> {
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(host.url);
}

/** Types a recipe over what is on the bench and runs it to its end. */
async function runToEnd(recipe: unknown): Promise<void> {
  const panel = page.getByRole('complementary', { name: 'Recipe' });
  await panel.getByRole('button', { name: 'JSON', exact: true }).click();
  await panel.getByRole('textbox', { name: 'Recipe as JSON' }).fill(JSON.stringify(recipe));
  const newSession = panel.getByRole('button', { name: 'Use in a new session' });
  if (await newSession.isVisible()) await newSession.click();
  await page.getByRole('group', { name: 'Run and look' }).getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText(/^Next: nothing, all/).waitFor({ timeout: 60_000 });
}

const digits = {
  name: 'Digits',
  task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
  model: { family: 'mlp', hidden: [32] },
  training: { batchSize: 50, steps: 300, evaluateEvery: 50 },
  pruning: { levels: 2 },
  arms: ['ticket'],
  seeds: [1],
};

/** What a canvas shows, to tell whether it has changed. */
const look = (canvas: Locator): Promise<string> => canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());

const isPainted = (canvas: Locator): Promise<boolean> =>
  canvas.evaluate((element: HTMLCanvasElement) =>
    (element.getContext('2d')?.getImageData(0, 0, element.width, element.height).data ?? []).some((value) => value !== 0),
  );

it('on a first visit the spiral’s network is a graph, and the boundaries move while it trains', async () => {
  await open();
  const graph = page.getByRole('img', { name: /^The network as a graph, 2 – 48 – 48 – 2\. 2.496 of 2.496 weights kept, 0 units dead/ });
  await graph.waitFor();
  const boundary = page.getByRole('img', { name: /^Decision boundary of dense over 300 points: \d+ % of the plane is A/ });
  await boundary.waitFor();
  // Slow enough for its boundaries to be seen on their way.
  await page.getByRole('slider', { name: 'Speed' }).fill('4');
  const looks = new Set<string>();
  const ticket = page.getByRole('img', { name: /^Decision boundary of ticket over/ }).locator('canvas');
  await expect.poll(async () => looks.add(await look(ticket)).size, { timeout: 30_000, interval: 50 }).toBeGreaterThan(5);
  await page.getByRole('slider', { name: 'Speed' }).fill('5');

  // Every arm has its own, when its turn has come; edges go with the weights.
  for (const arm of ['ticket', 'reinit', 'random mask'])
    await page
      .getByRole('img', { name: new RegExp(`^Decision boundary of ${arm} over 300 points: \\d+ % of`) })
      .waitFor({ timeout: 30_000 });
  await page.getByRole('img', { name: /^The network as a graph, .*\. (?!2.496 of)\S+ of 2.496 weights kept/ }).waitFor({ timeout: 30_000 });
});

it('a unit pointed at, or chosen from the list, shows where it speaks up', async () => {
  await open();
  await page.getByRole('img', { name: /^Decision boundary of dense over 300 points: \d+ %/ }).waitFor();
  const list = page.getByRole('combobox', { name: 'Unit' });
  await list.selectOption({ label: 'class B' });
  await page.getByRole('img', { name: /^Response of class B over the plane: from .+ to .+; reads \d+, read by 0/ }).waitFor();

  // At rest nothing on the stage moves any more.
  await page.getByText('nothing, all 11 levels are trained').waitFor({ timeout: 60_000 });
  const graph = page.getByRole('img', { name: /^The network as a graph/ });
  await graph.waitFor();
  const box = await graph.boundingBox();
  if (box === null) throw new Error('the graph is not on the page');
  await page.mouse.move(box.x + 8, box.y + box.height / 2 - 8);
  await page.getByRole('img', { name: /^Response of input x over the plane/ }).waitFor();
  await page.mouse.move(box.x + box.width + 40, box.y);
  await page.getByRole('img', { name: /^Response of class B/ }).waitFor();
});

it('both networks say what they see in a stroke, and in a test image', async () => {
  await open();
  await runToEnd(digits);
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('Draw something, or choose a test image').waitFor();
  const pad = page.getByRole('img', { name: /^Drawing pad/ });
  const box = await pad.boundingBox();
  if (box === null) throw new Error('the pad is not on the page');
  await page.mouse.move(box.x + box.width / 2, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 40, { steps: 8 });
  await page.mouse.up();

  const table = page.getByRole('table', { name: 'Predictions' });
  await table.waitFor();
  expect(await isPainted(pad.locator('canvas').last())).toBe(true);
  const cells = await table.evaluate((element: HTMLTableElement) =>
    [...element.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
  );
  expect(cells[0].slice(1).map((words) => words.replace(/\s+/g, ''))).toEqual(['dense100%', expect.stringMatching(/^ticket\d+\.\d%$/)]);
  for (const column of [1, 2]) {
    const shares = cells.slice(1).map((row) => Number.parseInt(row[column]));
    expect(shares).toHaveLength(10);
    expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThanOrEqual(5);
  }
  await page.getByText(/^Both see \d|^They disagree/).waitFor();

  await page.getByText('Undo', { exact: true }).click();
  await page.getByText('Draw something').waitFor();
  await page.getByRole('button', { name: /^Test image 1, / }).click();
  await page.getByText(/It is \d\./).waitFor();
  await page.getByRole('button', { name: 'Where they disagree' }).click();
  await page.getByText(/^\d+ of the first 297$/).waitFor();
});

it('a mask is zoomed to one weight by keys, and its value read; the wheel alone scrolls the page', async () => {
  await open();
  await runToEnd(digits);
  const mask = page.getByRole('application', { name: /^Mask of Layer 1/ });
  const before = await look(mask.locator('canvas').first());
  await mask.hover();
  await page.mouse.wheel(0, -400);
  await page.getByText(/^unit \d+, pixel row \d, column \d: (pruned|[−\d.]+)$/).waitFor();
  expect(await page.getByRole('button', { name: 'Zoom out' }).first().isDisabled()).toBe(true);
  await page.mouse.move(0, 0);

  await mask.focus();
  for (let press = 0; press < 8; press++) await mask.press('+');
  await expect.poll(() => look(mask.locator('canvas').first())).not.toBe(before);
  const readout = page.getByText(/^unit \d+, pixel row \d, column \d: /);
  const read = new Set<string>();
  for (let step = 0; step < 12; step++) {
    await mask.press(step % 2 === 0 ? 'ArrowRight' : 'ArrowDown');
    read.add((await readout.innerText()).replace(/^.*: /, ''));
  }
  expect(read.has('pruned')).toBe(true);
  expect([...read].some((value) => /^−?\d\.\d{4}$/.test(value))).toBe(true);
  await mask.press('0');
  expect(await page.getByRole('button', { name: 'Zoom out' }).first().isDisabled()).toBe(true);
});
