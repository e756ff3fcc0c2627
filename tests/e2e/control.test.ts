/** Pause, resume, step and stop: at once, and without changing what comes out. */
import { describe, expect, it } from 'vitest';
import { quick, slow } from './support/recipes.ts';
import { useSite } from './support/site.ts';
import { observed, pauseLatency, watch } from './support/watch.ts';

const site = useSite();

describe('while it trains', () => {
  it('pauses at once, and goes on to the figures of a run that was never paused', async () => {
    const lab = await site.visit({ before: watch, reducedMotion: 'no-preference' });
    await lab.openRecipe(slow);
    await lab.run();
    await lab.expectTraining(1);
    const { shown, quiet } = await pauseLatency(lab.page, lab.runKey);
    expect(shown).toBeLessThan(300);
    expect(quiet).toBeLessThan(300);
    expect(await lab.progress()).toBeLessThan(100);
    await lab.resume();
    await lab.expectComplete();
    const paused = await lab.evidence.figures();

    const other = await site.visit({ reducedMotion: 'no-preference' });
    await other.openRecipe(slow);
    await other.runAll();
    expect(paused).toEqual(await other.evidence.figures());
    expect(paused).toHaveLength(5);
  });

  it('trains one level and holds there, as often as asked, then the rest', async () => {
    const lab = await site.visit({ before: watch, reducedMotion: 'no-preference' });
    await lab.openRecipe(quick);
    for (const level of [0, 1]) {
      await lab.stepLevel();
      await expect.poll(() => lab.finishedLevels()).toBe(level + 1);
      await lab.expectRunKey('Resume');
      await lab.expectNext(new RegExp(`^Next: prune to [\\d.]+ % and train level ${level + 1}$`));
    }
    const { begun } = await observed(lab.page);
    expect(begun.filter((run) => /\/[23]$/.test(run))).toEqual([]);
    await lab.resume();
    await lab.expectComplete();
    expect(await lab.finishedLevels()).toBe(4);
  });

  it('stops: what was finished stays, what was not is trained again', async () => {
    const lab = await site.visit({ before: watch, reducedMotion: 'no-preference' });
    await lab.openRecipe(slow);
    await lab.run();
    await lab.expectTraining(1);
    await lab.stop();
    await lab.expectRunKey('Run');
    await expect.poll(() => lab.stopKey.isDisabled()).toBe(true);
    expect((await lab.tickets()).map(({ accuracy }) => accuracy !== null)).toEqual([true, false, false]);
    await lab.runAll();
    const { begun } = await observed(lab.page);
    expect(begun.filter((run) => run === 'ticket/1')).toHaveLength(2);
    expect(await lab.evidence.figures()).toHaveLength(5);
  });

  it('shows any level while another one trains, and follows again', async () => {
    const lab = await site.visit({ reducedMotion: 'no-preference' });
    await lab.openRecipe(slow);
    await lab.run();
    await lab.expectTraining(1);
    await lab.page.getByRole('button', { name: /^Level 0, 100 % kept/ }).click();
    await expect.poll(() => lab.stage.getByText('Level 0').isVisible()).toBe(true);
    await lab.stage.getByRole('button', { name: 'Follow' }).click();
    await expect.poll(() => lab.stage.getByText(/^Level [12] of/).isVisible()).toBe(true);
    await lab.expectComplete();
  });
});
