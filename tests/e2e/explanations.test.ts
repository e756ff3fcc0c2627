/** What settings say of themselves comes when somebody asks for it, and with the next question where it did not come. */
import { describe, expect, it } from 'vitest';
import { useSite } from './support/site.ts';

const site = useSite();

describe('a setting', () => {
  it('says what it does to the pointer and to the focus', async () => {
    const lab = await site.visit();
    const { panel } = lab.recipe;
    const strip = panel.locator('> .explain');
    const described = panel.getByLabel('batch', { exact: true });
    await described.hover();
    await expect.poll(() => strip.textContent()).toMatch(/^Examples a step\..* Default: /);
    expect(
      await described.evaluate((control) => document.getElementById(control.getAttribute('aria-describedby') ?? '')?.textContent),
    ).toBe(await strip.textContent());
    const said = await strip.textContent();
    await panel.getByLabel('steps a level', { exact: true }).focus();
    await expect.poll(() => strip.textContent()).not.toBe(said);
  });

  it('has its words as soon as anything has the focus', async () => {
    const lab = await site.visit();
    await lab.page.keyboard.press('Tab');
    await expect.poll(() => lab.recipe.panel.locator('[data-field="arms"]').first().getAttribute('data-explain')).toMatch(/\w/);
  });
});
