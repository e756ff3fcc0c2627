import type { Locator, Page } from 'playwright';
import { textOf } from './text.ts';

export class EngineMenu {
  readonly face: Locator;

  constructor(private readonly page: Page) {
    this.face = page.getByRole('button', { name: 'Engine' });
  }

  /** The engine that trains, or the choice where none is open yet. */
  shown(): Promise<string> {
    return textOf(this.face);
  }

  async choose(name: RegExp): Promise<void> {
    await this.face.click();
    await this.page.getByRole('group', { name: 'Engine' }).getByRole('radio', { name }).click();
  }

  /** The graphics card that trains and how fast; empty where none does. */
  async card(): Promise<string> {
    await this.face.click();
    const card = this.page.getByRole('group', { name: 'Engine' }).locator('.card');
    const words = (await card.count()) === 0 ? '' : await textOf(card);
    await this.page.keyboard.press('Escape');
    return words;
  }

  /** Tests the device; returns where the saved result lies. */
  async testDevice(): Promise<string> {
    await this.face.click();
    await this.page.getByRole('button', { name: 'Test this device' }).click();
    const downloading = this.page.waitForEvent('download', { timeout: 110_000 });
    await this.page.getByRole('button', { name: 'Save as JSON' }).click({ timeout: 110_000 });
    return (await downloading).path();
  }
}
