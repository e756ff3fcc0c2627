/** The lab without a pointer. */
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { quick, slow } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

interface Focused {
  readonly name: string;
  readonly isMarked: boolean;
}

/** What has the focus, and whether that can be seen. */
const focused = (page: Page): Promise<Focused | null> =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return null;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const label = element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent;
    return {
      name: label.replace(/\s+/g, ' ').trim(),
      isMarked: (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none',
    };
  });

/** Everything that Tab reaches, once around. */
async function tabOrder(page: Page): Promise<Focused[]> {
  const order: Focused[] = [];
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (now === null) break;
    order.push(now);
  }
  return order;
}

describe('the keyboard', () => {
  it('runs and pauses with Space, moves between levels with arrows, trains one with L, stops with a full stop', async () => {
    const lab = await site.visit();
    const { keyboard } = lab.page;
    await lab.openRecipe(slow);
    await keyboard.press('Space');
    await lab.expectTraining(0);
    await keyboard.press('Space');
    await lab.expectRunKey('Resume');
    await keyboard.press('Space');
    await lab.expectTraining(1);
    await keyboard.press('ArrowLeft');
    await expect.poll(() => lab.stage.getByText('Level 0').isVisible()).toBe(true);
    await keyboard.press('ArrowRight');
    await expect.poll(() => lab.stage.getByText('Level 1').isVisible()).toBe(true);
    await keyboard.press('.');
    await lab.expectRunKey('Run');
    await lab.openRecipe(quick);
    await keyboard.press('l');
    await expect.poll(() => lab.finishedLevels()).toBe(1);
    await lab.expectRunKey('Resume');
    await keyboard.press('End');
    await expect.poll(() => lab.stage.getByText('Level 3').isVisible()).toBe(true);
  });

  it('opens help with a question mark and closes it with Escape', async () => {
    const lab = await site.visit();
    await lab.page.keyboard.press('?');
    const help = lab.page.getByRole('dialog', { name: 'Keyboard' });
    await help.waitFor();
    await lab.page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
  });

  it('leaves keys alone where somebody types', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    await lab.recipe.showJson();
    await lab.recipe.json.focus();
    await lab.page.keyboard.type('l. ?');
    await lab.expectNext(/mend the recipe/);
    expect(await lab.finishedLevels()).toBe(0);
    expect(await lab.page.getByRole('dialog').count()).toBe(0);
  });

  it('reaches every control with Tab, and shows where it is', async () => {
    const lab = await site.visit();
    await lab.openRecipe({ ...quick, pruning: { levels: 1 } });
    await lab.runAll();
    await lab.sessions.expectSaved();
    // Tab begins where somebody last was: on a fresh page that is its beginning.
    await lab.reload();
    await lab.sessions.expectCurrent('Quick');
    const order = await tabOrder(lab.page);
    const names = order.map(({ name }) => name);
    for (const control of [
      'Sessions',
      'Engine',
      'Share',
      'Light or dark',
      'JSON',
      'Ready-made…',
      'learning rate',
      'Show the level before',
      'Table',
      'Save data',
    ])
      expect(names, control).toContain(control);
    expect(names.filter((name) => /^Level \d/.test(name))).toHaveLength(2);
    expect(order.filter(({ isMarked }) => !isMarked)).toEqual([]);
  });

  it('chooses from menus, and comes back to where it was', async () => {
    const lab = await site.visit();
    await lab.engine.face.focus();
    await lab.page.keyboard.press('Enter');
    const menu = lab.page.getByRole('group', { name: 'Engine' });
    await menu.waitFor();
    await lab.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    expect((await focused(lab.page))?.name).toBe('Engine');
  });
});
