/** The library as a visitor meets it, and the little of the lab that fills it. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';

/** Trains in about a second. */
export const quickRecipe = (name: string, levels = 2): string =>
  JSON.stringify({
    name,
    task: { dataset: 'spiral', train: 300, validation: 100, test: 200 },
    model: { family: 'mlp', hidden: [16, 8] },
    training: { optimizer: { type: 'adam', learningRate: 0.01 }, batchSize: 50, steps: 150, evaluateEvery: 50 },
    pruning: { levels },
    arms: ['ticket', 'random-mask'],
    seeds: [1],
  });

export class LibraryPage {
  readonly rows: Locator;
  readonly search: Locator;
  readonly alerts: Locator;
  readonly toast: Locator;
  readonly chooser: Locator;

  constructor(readonly page: Page) {
    this.rows = page.getByRole('main').locator('li[data-session]');
    this.search = page.getByRole('searchbox', { name: 'Search sessions' });
    this.alerts = page.getByRole('alert');
    this.toast = page.getByRole('status').filter({ hasText: 'is deleted' });
    this.chooser = page.getByLabel('Open a file…');
  }

  /** By the session menu, as people get there. */
  async open(): Promise<void> {
    await this.page.getByRole('button', { name: 'Sessions', exact: true }).click();
    await this.page.getByRole('link', { name: /All sessions/ }).click();
    await this.page.getByRole('heading', { name: 'Sessions', level: 1 }).waitFor();
  }

  async back(): Promise<void> {
    await this.page.getByRole('link', { name: 'Back to the lab' }).click();
    await this.page.getByRole('heading', { name: 'Recipe' }).or(this.page.getByText('Next:')).first().waitFor();
  }

  row(name: string): Locator {
    return this.rows.filter({ has: this.page.getByRole('button', { name: `Open ${name}`, exact: true }) });
  }

  names(): Promise<string[]> {
    return this.rows.locator('h2 button').allTextContents();
  }

  expectNames(names: readonly string[]): Promise<void> {
    return expect.poll(() => this.names(), { timeout: 5_000 }).toEqual(names);
  }

  act(action: string, name: string): Promise<void> {
    return this.page.getByRole('button', { name: `${action}: ${name}`, exact: true }).click();
  }

  async rename(from: string, to: string): Promise<void> {
    await this.act('Rename', from);
    await this.page.getByRole('textbox', { name: `New name of ${from}` }).fill(to);
    await this.page.keyboard.press('Enter');
  }

  /** The file that an action saves. */
  async save(action: string, name: string): Promise<{ fileName: string; bytes: Buffer }> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.act(action, name)]);
    return { fileName: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  async openFile(name: string, content: string | Buffer): Promise<void> {
    await this.chooser.setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) });
  }

  /** Opens a recipe in the lab and trains all of it. */
  async train(name: string): Promise<void> {
    await this.openFile('recipe.json', quickRecipe(name));
    await this.page.getByRole('button', { name: 'Sessions', exact: true }).filter({ hasText: name }).waitFor();
    await this.page.getByRole('button', { name: 'Run', exact: true }).click();
    await this.expectTrained();
  }

  async expectTrained(): Promise<void> {
    await this.page.getByText('Next:').filter({ hasText: 'nothing' }).waitFor({ timeout: 30_000 });
    await this.page.getByText('saved', { exact: true }).waitFor();
  }
}

/** Reads or changes one record of the lab's own database, behind its back. */
export function record(page: Page, key: string, change?: string): Promise<unknown> {
  return page.evaluate(
    ([at, value]) =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('lottery-ticket-lab');
        open.onerror = () => reject(new Error('no database'));
        open.onsuccess = () => {
          const store = open.result.transaction('records', 'readwrite').objectStore('records');
          const request = value === undefined ? store.get(at) : store.put(value, at);
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(new Error('no record'));
          store.transaction.oncomplete = () => open.result.close();
        };
      }),
    [key, change] as const,
  );
}
