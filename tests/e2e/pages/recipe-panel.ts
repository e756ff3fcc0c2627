/** The recipe as fields, as JSON, and from the ready-made list. */
import type { Locator, Page } from 'playwright';
import type { TypedRecipe } from '../support/recipes.ts';

export class RecipePanel {
  readonly panel: Locator;
  readonly json: Locator;
  readonly alerts: Locator;

  constructor(private readonly page: Page) {
    this.panel = page.getByRole('complementary', { name: 'Recipe' });
    this.json = this.panel.getByRole('textbox', { name: 'Recipe as JSON' });
    this.alerts = this.panel.getByRole('alert');
  }

  async showJson(): Promise<void> {
    await this.panel.getByRole('button', { name: 'JSON', exact: true }).click();
  }

  async showFields(): Promise<void> {
    await this.panel.getByRole('button', { name: 'Fields' }).click();
  }

  /** Types over the whole recipe; text as it is, recipes as JSON. */
  async typeJson(recipe: TypedRecipe | string): Promise<void> {
    if (!(await this.json.isVisible())) await this.showJson();
    await this.json.fill(typeof recipe === 'string' ? recipe : JSON.stringify(recipe));
  }

  field(label: string): Locator {
    return this.panel.getByLabel(label, { exact: true });
  }

  async setField(label: string, value: string): Promise<void> {
    await this.field(label).fill(value);
    await this.field(label).press('Enter');
  }

  /** Opens a recipe of the ready-made list by its name. */
  async openReadyMade(name: string): Promise<void> {
    await this.panel.getByRole('button', { name: 'Ready-made…' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Ready-made recipes' });
    await dialog.getByRole('button', { name }).first().click();
    await dialog.waitFor({ state: 'hidden' });
  }
}
