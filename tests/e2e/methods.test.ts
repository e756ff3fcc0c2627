/** A method other than pruning, picked in the recipe panel and trained in the built app. */
import { describe, expect, it } from 'vitest';
import { quick } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

describe('early-bird', () => {
  it('stops the dense network once the masks agree, and shows how they came to', async () => {
    const lab = await site.visit();
    await lab.openRecipe({
      ...quick,
      name: 'Early',
      training: { batchSize: 50, steps: 600, evaluateEvery: 100 },
      method: { type: 'early-bird', tolerance: 0.03 },
      pruning: { levels: 1, rate: 0.8, outputRate: 0.5 },
      arms: ['ticket'],
    });
    await lab.runAll();
    expect(await lab.finishedLevels()).toBe(2);
    const map = lab.evidence.panel.getByRole('img', {
      name: /^Distances between the masks drawn after each of \d+ epochs\. Drawn after \d+/,
    });
    await map.waitFor();
    await lab.page.reload();
    await map.waitFor();
    await lab.expectNoAlert();
  });
});

describe('RigL', () => {
  it('is picked with its settings, trains a level at the density of its mask, and says what it does', async () => {
    const lab = await site.visit();
    await lab.openRecipe({ ...quick, name: 'Rewired', pruning: { levels: 1, rate: 0.8, outputRate: 0.5 }, arms: ['ticket'] });
    await lab.recipe.field('mask by').selectOption('rigl');
    await lab.recipe.setField('change every', '400');
    await expect.poll(() => lab.recipe.alerts.first().textContent()).toMatch(/method\.every 400 is too long/);
    await lab.recipe.setField('change every', '20');
    await expect.poll(() => lab.recipe.alerts.count()).toBe(0);
    expect(await lab.recipe.field('score').count()).toBe(0);
    await lab.runAll();
    expect(await lab.finishedLevels()).toBe(2);
    expect(await lab.evidence.figures()).toHaveLength(2);
    await lab.recipe.showJson();
    expect(await lab.recipe.json.inputValue()).toMatch(/"rigl"/);
    await lab.expectNoAlert();
  });
});

describe('tickets from elsewhere', () => {
  it('grow as a what-if from the dense network, and are trained where they are drawn first', async () => {
    const lab = await site.visit();
    await lab.openRecipe({ ...quick, name: 'At home', pruning: { levels: 1, rate: 0.8, outputRate: 0.5 }, arms: ['ticket'] });
    await lab.runAll();
    const before = await lab.finishedLevels();
    await lab.recipe.field('ticket from elsewhere').check();
    await lab.recipe.field('its examples').selectOption('labels');
    await lab.recipe.setField('seeds apart', '3');
    await lab.runAll();
    expect(await lab.finishedLevels()).toBe(before);
    await lab.page.getByText('What-if: ticket from training examples labels').first().waitFor();
    await lab.expectNoAlert();
  });
});

describe('structured pruning', () => {
  it('takes whole neurons: the network that trains is smaller, and every picture of it whole', async () => {
    const lab = await site.visit();
    await lab.openRecipe({
      ...quick,
      name: 'Neurons',
      pruning: { levels: 2, rate: 0.5, outputRate: 0.5 },
      arms: ['ticket', 'inverted-mask'],
    });
    await lab.recipe.field('what goes together').selectOption('neurons');
    await expect.poll(() => lab.recipe.alerts.count()).toBe(0);
    expect(await lab.recipe.field('of the output').count()).toBe(0);
    await lab.runAll();
    expect(await lab.finishedLevels()).toBe(3);
    await lab.recipe.field('what goes together').selectOption('blocks');
    await lab.recipe.setField('levels', '4');
    await expect.poll(() => lab.recipe.alerts.first().textContent()).toMatch(/Set pruning\.levels to 3/);
  });
});
