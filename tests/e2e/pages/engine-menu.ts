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
}
