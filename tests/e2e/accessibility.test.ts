/** What axe finds: nothing, by day and by night, wide and narrow, with everything open that opens. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { quick } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const looks = sizes.flatMap((viewport) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ viewport, colorScheme, name: `${viewport.width} ${colorScheme}` })),
);

/** Each fault in one line: rule, and where. */
async function faults(page: Page, what: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${what}: ${id} at ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );
}

describe('accessibility', () => {
  it.each(looks)('has no fault that axe finds: $name', async ({ viewport, colorScheme }) => {
    const lab = await site.visit({ viewport, colorScheme, reducedMotion: 'reduce' });
    await lab.openRecipe(quick);
    await lab.runAll();
    const { page } = lab;
    const found = await faults(page, 'charts');
    await lab.evidence.table();
    found.push(...(await faults(page, 'table')));
    const opener = page.getByRole('button', { name: /^Recipe .*Edit$/ });
    if (await opener.isVisible()) await opener.click();
    found.push(...(await faults(page, 'recipe')));
    await lab.recipe.typeJson('{}');
    found.push(...(await faults(page, 'recipe with an error')));
    await lab.recipe.panel.getByRole('button', { name: 'Ready-made…' }).click();
    await page.getByRole('dialog', { name: 'Ready-made recipes' }).getByRole('listitem').first().waitFor();
    found.push(...(await faults(page, 'ready-made list')));
    await page.keyboard.press('Escape');
    if (await opener.isVisible()) await page.keyboard.press('Escape');
    await lab.share.open();
    await lab.share.dialog.getByRole('textbox').waitFor();
    found.push(...(await faults(page, 'share')));
    await lab.share.close();
    await lab.sessions.open();
    found.push(...(await faults(page, 'sessions')));
    expect(found).toEqual([]);
  });
});
