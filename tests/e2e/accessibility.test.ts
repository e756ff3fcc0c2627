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
    const found = await faults(page, 'lab');
    const opener = page.getByRole('button', { name: /^Recipe .*Edit$/ });
    if (await opener.isVisible()) await opener.click();
    await lab.recipe.setField('training', '5000');
    found.push(...(await faults(page, 'recipe with an error')));
    if (await opener.isVisible()) await page.keyboard.press('Escape');
    await lab.share.open();
    await lab.share.dialog.getByRole('textbox').waitFor();
    found.push(...(await faults(page, 'share dialog')));
    await page.evaluate(() => (location.hash = '#methods'));
    await page.getByRole('heading', { name: 'Methods' }).waitFor();
    found.push(...(await faults(page, 'methods')));
    expect(found).toEqual([]);
  });

  it('has none in what else opens', async () => {
    const lab = await site.visit({ reducedMotion: 'reduce' });
    await lab.openRecipe({ ...quick, pruning: { levels: 1 } });
    await lab.runAll();
    await lab.evidence.table();
    await lab.recipe.typeJson('{}');
    await lab.sessions.open();
    const found = await faults(lab.page, 'table, JSON, sessions');
    await lab.sessions.close();
    const { panel } = lab.evidence;
    await panel.getByRole('button', { name: 'Analyse' }).click();
    for (const analysis of ['barrier', 'masks', 'slice', 'sharpness', 'seeds']) {
      await panel.getByRole('combobox', { name: 'Analysis' }).selectOption(analysis);
      if (analysis !== 'seeds') {
        await panel.getByRole('button', { name: 'Analyse' }).last().click();
        await panel.getByRole('button', { name: 'Analyse again' }).waitFor();
      }
      found.push(...(await faults(lab.page, analysis)));
    }
    await lab.recipe.panel.getByRole('button', { name: 'Ready-made…' }).click();
    await lab.page.getByRole('dialog', { name: 'Ready-made recipes' }).getByRole('listitem').first().waitFor();
    found.push(...(await faults(lab.page, 'ready-made list')));
    expect(found).toEqual([]);
  });
});
