/** A level phase by phase: each has a state of its own on the stage, for as long as somebody wants to look at it. */
import { describe, expect, it } from 'vitest';
import { initialise } from '../../src/science/init.ts';
import { modelOf } from '../../src/science/recipe/model.ts';
import { parseRecipe } from '../../src/science/recipe/parse.ts';
import type { LabPage } from './pages/lab-page.ts';
import { plainText, textOf } from './pages/text.ts';
import { quick } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();
const recipe = parseRecipe(quick);
const inputs = 64;

/** The weight that is marked in the first layer's mask, in words and where it is. */
async function marked(lab: LabPage): Promise<{ index: number; value: string }> {
  const words = plainText(await lab.page.getByText(/^unit \d+, pixel row \d, column \d: /).innerText());
  const [unit, row, column] = [...(/(\d+), pixel row (\d), column (\d)/.exec(words)?.slice(1) ?? [])].map(Number);
  return { index: (unit - 1) * inputs + (row - 1) * 8 + column - 1, value: words.replace(/^.*: /, '') };
}

const number = (words: string): number => Number(/[−-]?[\d.]+$/.exec(words)?.[0].replace('−', '-'));

/** Marks a weight that is large enough to survive. */
async function markSurvivor(lab: LabPage): Promise<void> {
  await lab.page.getByRole('application', { name: /^Mask of Layer 1/ }).focus();
  for (let steps = 0; steps < 40; steps++) {
    await lab.page.keyboard.press('ArrowRight');
    if (Math.abs(number((await marked(lab)).value)) > 0.2) return;
  }
  throw new Error('no large weight in this row');
}

describe.each(['no-preference', 'reduce'] as const)('stepping by phase, motion: %s', (reducedMotion) => {
  it('trains, then cuts, then sends what is left back, one press each', async () => {
    const lab = await site.visit({ reducedMotion });
    await lab.openRecipe(quick);
    await lab.step('phase');
    await expect.poll(() => lab.finishedLevels()).toBe(1);
    await lab.expectNext(/^Next: prune to 81/);
    await lab.expectRunKey('Resume');
    await markSurvivor(lab);
    const trained = await marked(lab);

    await lab.step('phase');
    await lab.expectNext(/^Next: rewind what is left$/);
    await expect.poll(() => lab.phase()).toEqual({ current: 'prune', drawn: [100, 0, 0] });
    // The cut network with its trained values, and it stays: a motion takes a second.
    await lab.page.getByRole('application', { name: /^Mask of Layer 1: 1.638 of 2.048 weights kept/ }).waitFor();
    await lab.page.getByRole('img', { name: /^Histogram of Layer 1: 410 weights are cut, 1.638 stay/ }).waitFor();
    await lab.page.waitForTimeout(1500);
    expect(await lab.phase()).toEqual({ current: 'prune', drawn: [100, 0, 0] });
    expect(await marked(lab)).toEqual(trained);
    await lab.page.getByRole('button', { name: 'Show the level before' }).click();
    await expect.poll(() => lab.stage.getByText('Level 0').isVisible()).toBe(true);
    await lab.page.locator('body').press('f');
    await expect.poll(() => lab.phase()).toEqual({ current: 'prune', drawn: [100, 0, 0] });

    await lab.step('phase');
    await lab.expectNext(/^Next: train level 1$/);
    await expect.poll(() => lab.phase()).toEqual({ current: 'rewind', drawn: [100, 100, 0] });
    const start = initialise(modelOf(recipe), recipe.model.init, 1).parameters;
    const [name] = Object.keys(start);
    await expect.poll(async () => number((await marked(lab)).value)).toBeCloseTo(start[name][trained.index], 4);
    expect(await lab.finishedLevels()).toBe(1);

    await lab.step('phase');
    await expect.poll(() => lab.finishedLevels()).toBe(2);
    await lab.expectNext(/^Next: prune to 6/);
    expect(await textOf(lab.stage)).toContain('Level 1 of 3');
  });
});

it('resuming from the cut trains on, and finds what an unbroken run finds', async () => {
  const lab = await site.visit();
  await lab.openRecipe(quick);
  for (const next of [/prune to 81/, /rewind what is left/]) {
    await lab.step('phase');
    await lab.expectNext(next);
  }
  await lab.resume();
  await lab.expectComplete();
  const other = await site.visit();
  await other.openRecipe(quick);
  await other.runAll();
  expect(await lab.evidence.figures()).toEqual(await other.evidence.figures());
});
