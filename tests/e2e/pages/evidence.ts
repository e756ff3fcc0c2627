/** Results as charts, as a table, and as comma-separated values. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright';
import { plainText } from './text.ts';

/** A row of the table: cells by the words at the head of their columns. */
export type TableRow = Readonly<Record<string, string>>;

/** A run as the CSV has it. */
export type CsvRow = Readonly<Record<string, string>>;

/** A level to compare, and of which branch where there are several. */
export interface Spot {
  readonly branch?: string;
  readonly level: number;
}

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

  /** What the comparison offers for A: each branch and its levels, in words; one branch, without a name, where there is no choice. */
  async offered(): Promise<Readonly<Record<string, readonly string[]>>> {
    await this.openComparison();
    const branches = this.side('A, branch');
    const wordsOf = async (select: Locator): Promise<string[]> => (await select.locator('option').allTextContents()).map(plainText);
    const names = await wordsOf(branches);
    if (names.length === 0) return { '': await wordsOf(this.side('A, level')) };
    const offered: Record<string, readonly string[]> = {};
    for (const name of names) {
      await branches.selectOption({ label: name });
      offered[name] = await wordsOf(this.side('A, level'));
    }
    return offered;
  }

  /** Shows two levels side by side; it loads when it is first shown. */
  async openComparison(): Promise<void> {
    await this.panel.getByRole('button', { name: 'Compare' }).click();
    await this.side('A, level').waitFor();
  }

  /** Chooses what stands on one side. */
  async choose(side: 'A' | 'B', { branch, level }: Spot): Promise<void> {
    if (branch !== undefined) await this.side(`${side}, branch`).selectOption({ label: branch });
    await this.side(`${side}, level`).selectOption(String(level));
  }

  private side(name: string): Locator {
    return this.panel.getByRole('combobox', { name, exact: true });
  }

  /** Two levels side by side: A, B and B − A of the first group of rows, test accuracy, by arm. */
  async compare(a: Spot, b: Spot): Promise<Readonly<Record<string, readonly string[]>>> {
    await this.openComparison();
    await this.choose('A', a);
    await this.choose('B', b);
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
