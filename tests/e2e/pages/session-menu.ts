/** The session on the bench, and those that are kept. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import { textOf } from './text.ts';

export class SessionMenu {
  readonly face: Locator;
  readonly panel: Locator;

  constructor(private readonly page: Page) {
    this.face = page.getByRole('button', { name: 'Sessions' });
    this.panel = page.getByRole('group', { name: 'Sessions' });
  }

  expectCurrent(name: string): Promise<void> {
    return expect.poll(() => textOf(this.face)).toBe(name);
  }

  expectSaved(): Promise<void> {
    return this.expectKeeping('saved');
  }

  expectKeeping(words: 'saved' | 'not saved'): Promise<void> {
    return expect.poll(() => this.page.getByRole('status').getByText(words, { exact: true }).isVisible()).toBe(true);
  }

  async open(): Promise<void> {
    await this.face.click();
    await this.panel.waitFor();
  }

  async close(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.panel.waitFor({ state: 'hidden' });
  }

  /** A kept session's line. */
  entry(name: string): Locator {
    return this.panel.getByRole('listitem').filter({ hasText: name });
  }

  /** The text of the file that a press on `button` saves. */
  async saved(button: Locator): Promise<string> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), button.click()]);
    return readFile(await download.path(), 'utf8');
  }
}
