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

describe('evidence of a what-if', () => {
  /** Its tickets hardly train, so that its figures are others. */
  const NAME = 'steps 60';

  async function branched(): Promise<LabPage> {
    const lab = await trained();
    await lab.page.getByRole('list', { name: 'Levels' }).getByRole('button').nth(1).click();
    await lab.recipe.setField('steps a level', '60');
    await lab.runAll();
    return lab;
  }

  it('is compared with the trunk, level by level', async () => {
    const lab = await branched();
    const offered = Object.entries(await lab.evidence.offered());
    expect(offered.map(([branch, levels]) => [branch, levels.map((words) => words.replace(/,.*/, ''))])).toEqual([
      ['Trunk', [0, 1, 2, 3].map((level) => `level ${level}`)],
      [NAME, [2, 3].map((level) => `level ${level}`)],
    ]);
    const [trunk, whatIf] = [(level: number) => ({ branch: 'Trunk', level }), (level: number) => ({ branch: NAME, level })];
    const figures = await lab.evidence.compare(trunk(2), whatIf(2));
    const runs = (await lab.evidence.csv()).filter(({ level, arm }) => level === '2' && arm === 'ticket');
    const of = (branch: string): string => (100 * Number(runs.find((run) => run.branch === branch)?.test_accuracy)).toFixed(2);
    expect(of('Trunk')).not.toBe(of(NAME));
    expect(figures.ticket.slice(0, 2)).toEqual([of('Trunk'), of(NAME)]);
    // Both are cut from the same trained weights of level 1, so their masks are one; a level on, they are not.
    await expect
      .poll(() => lab.evidence.overlap())
      .toSatisfy((shares: string[]) => shares.length === 2 && shares.every((share) => share.startsWith('100 %')));
    await lab.evidence.compare(trunk(3), whatIf(3));
    await expect.poll(() => lab.evidence.overlap()).toSatisfy((shares: string[]) => shares.length === 2 && !shares[0].startsWith('100 %'));
    await lab.evidence.compare(trunk(2), trunk(2));
    await expect.poll(() => textOf(lab.evidence.panel)).toContain('the same level');
  });

  it('is drawn beside what is shown, and marks its ticket', async () => {
    const lab = await branched();
    const chart = lab.evidence.chart(/^Test accuracy/);
    const beside = chart.locator('g.beside');
    expect(await beside.count()).toBe(1);
    await lab.page.getByRole('button', { name: 'Trunk' }).click();
    await expect.poll(() => textOf(chart)).toContain(NAME);
    // Levels 2 and 3 are its own; level 1 is where it leaves.
    const markers = beside.locator('path.marker');
    expect(await markers.count()).toBe(2);
    const box = await markers.last().boundingBox();
    if (box === null) throw new Error('no marker');
    await lab.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(() => beside.evaluate((line) => line.classList.contains('dim'))).toBe(false);
    expect(await chart.locator('g.dim[data-series="ticket"]').count()).toBe(1);
    const isPointed = (all: Element[]): boolean[] => all.map((ticket) => ticket.classList.contains('pointed'));
    expect(await whatIf(lab, NAME).evaluateAll(isPointed)).toEqual([false, true]);
    expect(await lab.page.getByRole('list', { name: 'Levels' }).getByRole('button').evaluateAll(isPointed)).toEqual(Array(4).fill(false));
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
    const at = (): Promise<string> => textOf(lab.stage);
    await lab.step('minibatch');
    await expect.poll(at).toContain('step 1 of 300');
    await lab.step('minibatch');
    await expect.poll(at).toContain('step 2 of 300');
    await lab.step('level');
    await expect.poll(() => lab.finishedLevels()).toBe(1);
    await lab.step('phase');
    await expect.poll(at).toContain('step 0 of 300');
    await lab.step('phase');
    await lab.step('phase');
    await expect.poll(() => lab.finishedLevels()).toBe(2);
    await lab.step('all');
    await lab.expectComplete();
    const figures = await lab.evidence.figures();
    // Stepping changes nothing of what is found.
    const straight = await trained();
    expect(await straight.evidence.figures()).toEqual(figures);
  });
});

it('a finished experiment opens in one click, with masks, and offers to be checked', async () => {
  const lab = await site.visit({ isFirst: true });
  await lab.page.getByRole('button', { name: 'or see sixteen levels of it' }).click();
  await lab.sessions.expectCurrent('LeNet-300-100 on MNIST');
  await expect.poll(async () => (await lab.tickets()).filter(({ accuracy }) => accuracy !== null).length).toBe(16);
  await expect.poll(async () => (await lab.maskInk()).length).toBe(3);
  expect(Math.min(...(await lab.maskInk()))).toBeGreaterThan(0);
  expect(await lab.page.getByRole('button', { name: 'Check it' }).isVisible()).toBe(true);
});
