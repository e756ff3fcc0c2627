/** Closing the page in the middle of something loses no more than the level in progress. */
import { describe, expect, it } from 'vitest';
import { slow } from './support/recipes.ts';
import { useSite } from './support/site.ts';
import { observed, watch } from './support/watch.ts';

const site = useSite();

describe('after a reload', () => {
  it('comes back with its finished levels and goes on from there to the same figures', async () => {
    const lab = await site.visit({ before: watch });
    await lab.openRecipe(slow);
    await lab.run();
    await lab.expectTraining(1);
    await lab.sessions.expectSaved();
    await lab.reload();
    await lab.sessions.expectCurrent('Slow');
    await expect.poll(() => lab.finishedLevels()).toBe(1);
    await lab.expectNoAlert();
    // Its picture comes back with its weights.
    await expect.poll(async () => Math.min(...(await lab.maskInk()))).toBeGreaterThan(0.99);
    await lab.runAll();
    const { begun } = await observed(lab.page);
    expect(begun).not.toContain('ticket/0');
    expect(begun).toContain('ticket/1');
    const continued = await lab.evidence.figures();

    const other = await site.visit();
    await other.openRecipe(slow);
    await other.runAll();
    expect(continued).toEqual(await other.evidence.figures());
  });

  it('comes back with its recipe where no level was finished', async () => {
    const lab = await site.visit();
    await lab.openRecipe({ ...slow, training: { batchSize: 64, steps: 50_000, evaluateEvery: 5000 } });
    await lab.run();
    await lab.expectTraining(0);
    await lab.reload();
    await lab.sessions.expectCurrent('Slow');
    await lab.expectNoAlert();
    await lab.expectRunKey('Run');
  });

  it('keeps every session in its list', async () => {
    const lab = await site.visit();
    for (const name of ['First', 'Second']) {
      await lab.openRecipe({ ...slow, name, pruning: { levels: 1 }, training: { batchSize: 64, steps: 200 } });
      await lab.runAll();
      await lab.sessions.expectSaved();
    }
    const second = await lab.evidence.figures();
    await lab.reload();
    await lab.sessions.expectCurrent('Second');
    expect(await lab.evidence.figures()).toEqual(second);
    await lab.sessions.open();
    await lab.sessions
      .entry('First')
      .getByRole('button', { name: /^First/ })
      .click();
    await lab.sessions.expectCurrent('First');
    await expect.poll(() => lab.finishedLevels()).toBe(2);
  });
});
