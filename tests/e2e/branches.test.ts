/** What-ifs grow from any level, beside what is there; steps of every kind; the recipe's edits can be taken back. */
import { describe, expect, it } from 'vitest';
import type { LabPage } from './pages/lab-page.ts';
import { plainText, textOf } from './pages/text.ts';
import { quick } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

const whatIf = (lab: LabPage, name: string) => lab.page.getByRole('list', { name: `What-if: ${name}` }).getByRole('button');
const labels = async (lab: LabPage, name: string): Promise<string[]> =>
  (await whatIf(lab, name).evaluateAll((all) => all.map((ticket) => ticket.getAttribute('aria-label') ?? ''))).map(plainText);

async function trained(): Promise<LabPage> {
  const lab = await site.visit();
  await lab.openRecipe(quick);
  await lab.runAll();
  return lab;
}

describe('one level after the other', () => {
  it('adds one level, also where the next ones are known from another session', async () => {
    const lab = await trained();
    await lab.openRecipe({ ...quick, name: 'Again' });
    for (const level of [1, 2]) {
      await lab.stepLevel();
      await expect.poll(() => lab.finishedLevels()).toBe(level);
      await lab.expectRunKey('Resume');
      expect(await lab.finishedLevels()).toBe(level);
    }
  });
});

describe('a what-if', () => {
  it('grows from the shown level, trains only what is new, and survives a reload', async () => {
    const lab = await trained();
    const before = await lab.tickets();
    await lab.page.getByRole('list', { name: 'Levels' }).getByRole('button').nth(1).click();
    await lab.page.getByRole('radio', { name: /^step/ }).check();
    await lab.page.getByRole('button', { name: 'Branch from level 1' }).waitFor();
    await lab.expectNext(/the what-if, from level 2; what is done stays/);
    await lab.runAll();
    // Levels 2 and 3 are its own; the trunk is as it was.
    const name = 'rewind to step 15';
    expect((await labels(lab, name)).map((words) => words.slice(0, 7))).toEqual(['Level 2', 'Level 3']);
    expect(await lab.tickets()).toEqual(before);
    await lab.sessions.expectSaved();
    await lab.reload();
    await expect.poll(async () => (await labels(lab, name)).length).toBe(2);
    await whatIf(lab, name).last().click();
    await expect.poll(() => textOf(lab.stage)).toContain('to step 15');
  });

  it('is compared with the trunk, level by level', async () => {
    const lab = await trained();
    await lab.page.getByRole('list', { name: 'Levels' }).getByRole('button').nth(1).click();
    await lab.recipe.field('score').selectOption('small-final');
    await lab.runAll();
    await lab.evidence.panel.getByRole('button', { name: 'Compare' }).click();
    const picks = lab.evidence.panel.getByRole('combobox');
    const [a, b] = [picks.nth(0), picks.nth(1)];
    const options = await a.locator('option').evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
    expect(options).toHaveLength(8);
    await a.selectOption(options[3]);
    await b.selectOption(options[7]);
    // The same level, cut from both ends of the same weights: other networks, of other accuracy.
    const table = lab.page.getByRole('table', { name: 'Level 3 beside level 3' });
    const [one, other] = (
      await table
        .getByRole('row', { name: /^ticket/ })
        .first()
        .getByRole('cell')
        .allTextContents()
    ).map(plainText);
    expect(one).toMatch(/^[\d.]+/);
    expect(other).not.toBe(one);
    await expect.poll(() => textOf(lab.evidence.panel)).toMatch(/Of the weights that the sparser mask keeps/);
  });

  it('takes another name, is put aside and comes back', async () => {
    const lab = await trained();
    await lab.page.getByRole('list', { name: 'Levels' }).getByRole('button').nth(2).click();
    await lab.recipe.field('compete').selectOption('global');
    await lab.runAll();
    const name = lab.page.getByRole('textbox', { name: 'Name of this what-if' });
    await name.fill('all compete');
    await name.press('Enter');
    await expect.poll(async () => (await labels(lab, 'all compete')).length).toBe(1);
    await lab.page.getByRole('button', { name: 'Put this what-if aside; it can be brought back' }).click();
    await expect.poll(() => whatIf(lab, 'all compete').count()).toBe(0);
    await lab.page.getByRole('button', { name: /^all compete/ }).click();
    await expect.poll(() => whatIf(lab, 'all compete').count()).toBe(1);
  });
});

describe('the recipe', () => {
  it('takes edits back and makes them again, by keys and by buttons, and goes back to defaults', async () => {
    const lab = await trained();
    const steps = lab.recipe.field('steps a level');
    await lab.recipe.setField('steps a level', '400');
    await lab.recipe.setField('steps a level', '500');
    await steps.blur();
    await lab.page.keyboard.press('Control+z');
    expect(await steps.inputValue()).toBe('400');
    await lab.page.getByRole('button', { name: 'Undo' }).click();
    expect(await steps.inputValue()).toBe('300');
    await lab.page.keyboard.press('Control+Shift+z');
    expect(await steps.inputValue()).toBe('400');
    await lab.recipe.panel.getByRole('button', { name: /^steps a level: back to the default/ }).click();
    expect(await steps.inputValue()).toBe('8000');
    await lab.recipe.panel.getByRole('button', { name: 'Discard' }).click();
    expect(await steps.inputValue()).toBe('300');
    // A session is only ever added to.
    expect(await lab.finishedLevels()).toBe(4);
  });
});

describe('steps', () => {
  it('go one minibatch, one phase, one level at a time, and training goes on exactly there', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    const step = async (kind: string): Promise<void> => {
      await lab.page.getByLabel('Step by', { exact: true }).selectOption(kind);
      await lab.page.keyboard.press('Escape');
      await lab.page.locator('body').press('s');
    };
    const at = (): Promise<string> => textOf(lab.stage);
    await step('minibatch');
    await expect.poll(at).toContain('step 1 of 300');
    await step('minibatch');
    await expect.poll(at).toContain('step 2 of 300');
    await step('level');
    await expect.poll(() => lab.finishedLevels()).toBe(1);
    await step('phase');
    await expect.poll(at).toContain('step 0 of 300');
    await step('phase');
    await expect.poll(() => lab.finishedLevels()).toBe(2);
    await step('all');
    await lab.expectComplete();
    const figures = await lab.evidence.figures();
    // Stepping changes nothing of what is found.
    const straight = await trained();
    expect(await straight.evidence.figures()).toEqual(figures);
  });
});

it('a finished experiment opens in one click, with masks, and offers to be checked', async () => {
  const lab = await site.visit();
  await lab.page.getByRole('button', { name: 'or see sixteen levels of it' }).click();
  await lab.sessions.expectCurrent('LeNet-300-100 on MNIST');
  await expect.poll(async () => (await lab.tickets()).filter(({ accuracy }) => accuracy !== null).length).toBe(16);
  await expect.poll(async () => (await lab.maskInk()).length).toBe(3);
  expect(Math.min(...(await lab.maskInk()))).toBeGreaterThan(0);
  expect(await lab.page.getByRole('button', { name: 'Check it' }).isVisible()).toBe(true);
});
