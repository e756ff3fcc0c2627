import type { Locator, Page } from 'playwright';

export class ShareDialog {
  readonly dialog: Locator;

  constructor(private readonly page: Page) {
    this.dialog = page.getByRole('dialog', { name: 'Share' });
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: 'Share' }).click();
    await this.dialog.waitFor();
  }

  async close(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Close' }).click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  /** The link of the session on the bench. Leaves the dialog closed. */
  async link(): Promise<string> {
    await this.open();
    const link = await this.dialog.getByRole('textbox', { name: 'Link to this session' }).inputValue();
    await this.close();
    return link;
  }
}
