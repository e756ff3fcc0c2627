/** The lab in Firefox, by what controls are called; as much of it as the contract between sessions and links needs. */
import type { ElementHandle, Page } from 'puppeteer-core';
import { expect } from 'vitest';
import { plainText } from './text.ts';

/** Of what has this label or, a button, this text. */
const selectorOf = (name: string): string => `[aria-label="${name}"], button::-p-text(${name})`;

export class FirefoxLab {
  constructor(private readonly page: Page) {}

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.control('Run', 'Run it again');
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.control('Run', 'Run it again');
  }

  /** Opens a recipe as a file that somebody chose. */
  async openRecipe(path: string): Promise<void> {
    const input = await (await this.control('Open a file…')).toElement('input');
    await input.uploadFile(path);
  }

  /** Waits for the control, and presses it wherever the page has put it by then. */
  press(name: string): Promise<void> {
    return this.page.locator(selectorOf(name)).click();
  }

  /** The session on the bench. */
  expectCurrent(name: string): Promise<void> {
    return expect.poll(() => this.page.$eval(selectorOf('Sessions'), ({ textContent }) => textContent)).toContain(name);
  }

  /** The first control of one of these names. */
  private async control(...names: readonly string[]): Promise<ElementHandle> {
    const found = await this.page.waitForSelector(names.map(selectorOf).join(', '), { timeout: 20_000 });
    if (found === null) throw new Error(`no ${names.join(' or ')}`);
    return found;
  }

  /** Waits until the page, read from top to bottom, says this. */
  expectWords(words: RegExp, timeout = 20_000): Promise<void> {
    return expect.poll(() => this.words(), { timeout }).toMatch(words);
  }

  async words(): Promise<string> {
    return plainText(await this.page.$eval('body', (body) => body.innerText));
  }

  /** Level, kept % and test accuracy of each, as a screen reader says them. */
  async tickets(): Promise<string[]> {
    const labels = await this.page.$$eval('button[aria-label^="Level "]', (all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    return labels.map(plainText);
  }

  async link(): Promise<string> {
    await this.press('Share');
    const field = await (await this.control('Link to this session')).toElement('input');
    await expect.poll(() => field.evaluate(({ value }) => value)).toContain('#s2.');
    return field.evaluate(({ value }) => value);
  }
}
