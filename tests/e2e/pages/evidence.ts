/** Results as charts, as a table, and as comma-separated values. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright';
import { plainText } from './text.ts';

/** A row of the table: cells by the words at the head of their columns. */
export type TableRow = Readonly<Record<string, string>>;

/** A run as the CSV has it. */
export type CsvRow = Readonly<Record<string, string>>;

export class Evidence {
  readonly panel: Locator;

  constructor(private readonly page: Page) {
    this.panel = page.getByRole('complementary', { name: 'Evidence' });
  }

  chart(name: RegExp): Locator {
    return this.panel.getByRole('img', { name });
  }

  /** Colours of the lines in a chart. */
  lines(name: RegExp): Promise<string[]> {
    return this.chart(name)
      .locator('path.series')
      .evaluateAll((paths) => paths.map((path) => path.getAttribute('stroke') ?? ''));
  }

  /** The figures, as the page shows them. Leaves the table open. */
  async table(): Promise<TableRow[]> {
    await this.panel.getByRole('button', { name: 'Table' }).click();
    // It loads when it is first shown.
    await this.panel.getByRole('row').first().waitFor();
    const [head, ...rows] = await this.panel
      .getByRole('row')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    return rows.map((cells) =>
      Object.fromEntries(cells.map((cell, column) => [plainText(head[column]).replace(/[↑↓]/, '').trim(), plainText(cell)])),
    );
  }

  /** Levels as the comparison offers them for A. Leaves it open. */
  async offered(): Promise<string[]> {
    await this.panel.getByRole('button', { name: 'Compare' }).click();
    const options = this.panel.getByRole('combobox', { name: 'A', exact: true }).locator('option');
    await options.first().waitFor({ state: 'attached' });
    return (await options.allTextContents()).map(plainText);
  }

  /** Two levels side by side: A, B and B − A of the first group of rows, test accuracy, by arm. */
  async compare(a: RegExp, b: RegExp): Promise<Readonly<Record<string, readonly string[]>>> {
    const offered = await this.offered();
    for (const [label, wanted] of [
      ['A', a],
      ['B', b],
    ] as const)
      await this.panel
        .getByRole('combobox', { name: label, exact: true })
        .selectOption({ index: offered.findIndex((words) => wanted.test(words)) });
    const rows = this.panel.locator('tbody').first().getByRole('row');
    const cells = await rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    return Object.fromEntries(cells.slice(1).map(([arm, ...figures]) => [plainText(arm), figures.map(plainText)]));
  }

  /** What the compared masks share, a layer each: "43 % (41 %)". */
  async overlap(): Promise<string[]> {
    return (await this.panel.getByRole('definition').allTextContents()).map(plainText);
  }

  /** The runs of the CSV that the page saves. */
  async csv(): Promise<CsvRow[]> {
    await this.panel.getByRole('button', { name: 'Save data' }).click();
    const item = this.page.getByRole('button', { name: 'Table, CSV' }).filter({ visible: true });
    const [download] = await Promise.all([this.page.waitForEvent('download'), item.click()]);
    const [head, ...lines] = (await readFile(await download.path(), 'utf8')).trim().split(/\r?\n/);
    return lines.map((line) => {
      const cells = line.split(',');
      return Object.fromEntries(head.split(',').map((name, column) => [name, cells[column]]));
    });
  }

  /** Everything about each run that a deterministic engine repeats exactly, in an order that does not depend on when runs ended. */
  async figures(): Promise<string[]> {
    const rows = await this.csv();
    return rows.map(({ train_ms: _time, ...figures }) => JSON.stringify(figures)).sort();
  }
}
