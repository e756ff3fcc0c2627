/** Analyses of a trained ticket, by keyboard: asked for, seen, saved, taken back. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright';
import { expect, it } from 'vitest';
import type { LabPage } from './pages/lab-page.ts';
import { plainText, textOf } from './pages/text.ts';
import { quick, slow } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

/** The view of analyses. */
class Analyse {
  readonly choice: Locator;
  readonly key: Locator;
  readonly steps: Locator;
  readonly progress: Locator;

  constructor(
    private readonly page: Page,
    private readonly panel: Locator,
  ) {
    this.choice = panel.getByRole('combobox', { name: 'Analysis' });
    this.key = panel.getByRole('button', { name: /^Analyse( again)?$/ }).last();
    this.steps = panel.getByRole('textbox', { name: 'Siblings part at steps' });
    this.progress = panel.getByRole('progressbar', { name: 'Analysis' });
  }

  static async open(lab: LabPage): Promise<Analyse> {
    const { panel } = lab.evidence;
    const tab = panel.getByRole('group', { name: 'Show as' }).getByRole('button', { name: 'Analyse' });
    await tab.focus();
    await lab.page.keyboard.press('Enter');
    const analyse = new Analyse(lab.page, panel);
    await analyse.choice.waitFor();
    return analyse;
  }

  async ask(name: string): Promise<void> {
    await this.choice.selectOption(name);
    await this.key.focus();
    await this.page.keyboard.press('Enter');
  }

  async expectWords(words: RegExp): Promise<void> {
    await expect
      .poll(async () => (await this.panel.getByRole('status').allTextContents()).map(plainText).join(' '), { timeout: 20_000 })
      .toMatch(words);
  }

  async rows(caption: RegExp): Promise<string[][]> {
    const table = this.panel.getByRole('table', { name: caption });
    const all = await table.getByRole('row').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
    return all.slice(1).map((row) => row.map((cell) => plainText(cell).trim()));
  }

  async csv(): Promise<string[][]> {
    const key = this.panel.getByRole('button', { name: 'Save CSV' });
    const [download] = await Promise.all([this.page.waitForEvent('download'), key.click()]);
    return (await readFile(await download.path(), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(','));
  }
}

it('siblings that part at a step: lines, barriers, a sentence and a file; at the last step there is no barrier', async () => {
  const lab = await site.visit();
  await lab.openRecipe(quick);
  await lab.runAll();
  const analyse = await Analyse.open(lab);
  await analyse.steps.fill('0, 301');
  expect(await analyse.key.isDisabled()).toBe(true);
  await analyse.steps.fill('300 0');
  await analyse.ask('Barrier between siblings');
  await analyse.expectWords(/Parted at step 0, /);
  expect((await analyse.rows(/Barriers by step/)).map(([step, , , barrier]) => (step === '300' ? [step, barrier] : [step]))).toEqual([
    ['0'],
    ['300', '0.00'],
  ]);
  expect(
    await lab.evidence
      .chart(/Test error along the line/)
      .locator('path.series')
      .count(),
  ).toBe(2);
  const [head, ...lines] = await analyse.csv();
  expect(head.slice(0, 5)).toEqual(['step', 'error_barrier', 'train_loss_barrier', 'at', 'test_error']);
  expect(lines).toHaveLength(22);
});

it('masks, slice and sharpness of the ticket shown; the session stays as it was', async () => {
  const lab = await site.visit();
  await lab.openRecipe({ ...quick, seeds: [1, 2, 3] });
  await lab.runAll();
  const before = await lab.evidence.figures();
  const analyse = await Analyse.open(lab);
  await analyse.ask('Masks, signs and ways');
  await analyse.expectWords(/have the sign they started with/);
  const rows = await analyse.rows(/What each layer keeps/);
  expect(rows.map(([layer, keeps]) => [layer, keeps])).toEqual([
    ['Layer 1', '51.2'],
    ['Output', '72.8'],
    ['All', '54.1'],
  ]);
  // Seeds train side by side, and are listed as they finish.
  const shares = (await analyse.rows(/Share of the sparser/)).map(([other, share]) => [other, share.split(' ')[0]]);
  expect(shares.toSorted(([one], [other]) => one.localeCompare(other))).toMatchObject([
    ['level 2', '100'],
    [expect.stringMatching(/^seed [12]$/), expect.stringMatching(/^\d+$/)],
    [expect.stringMatching(/^seed [23]$/), expect.stringMatching(/^\d+$/)],
  ]);
  await analyse.ask('Loss around the network');
  await analyse.expectWords(/The loss climbs from [\d.]+ in the middle/);
  await analyse.ask('Sharpness');
  await analyse.expectWords(/The loss bends most by \d/);
  await analyse.choice.selectOption('Verdict over seeds');
  await analyse.expectWords(/^(Winning|Matching|Losing): over 3 seeds/);
  expect(await lab.evidence.figures()).toEqual(before);
});

it('can be taken back while it goes on', async () => {
  const lab = await site.visit();
  await lab.openRecipe(slow);
  await lab.runAll(60_000);
  const analyse = await Analyse.open(lab);
  await analyse.steps.fill('0 1 2 3 4 5 6 7 8 9');
  await analyse.ask('Barrier between siblings');
  await analyse.progress.waitFor();
  await expect.poll(async () => Number(await analyse.progress.getAttribute('value')), { timeout: 20_000 }).toBeGreaterThan(0);
  await lab.evidence.panel.getByRole('button', { name: 'Cancel' }).click();
  await analyse.key.waitFor();
  expect(await textOf(analyse.key)).toBe('Analyse');
});
