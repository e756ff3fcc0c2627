/** The main job: the quick recipe on real MNIST, from the ready-made list to a winning ticket. */
import { describe, expect, it } from 'vitest';
import type { LabPage } from './pages/lab-page.ts';
import { textOf } from './pages/text.ts';
import { useSite } from './support/site.ts';
import { recordedTasks, recordTasks } from './support/tasks.ts';
import { observed, restartWatch, watch } from './support/watch.ts';

const site = useSite();

/** A whole run on two busy cores. */
const PATIENCE_MS = 240_000;

/** What was to be seen on the way, level after level. */
async function lookWhile(lab: LabPage): Promise<{ timeLeft: string[]; progress: number[]; charts: Set<string> }> {
  const seen = { timeLeft: [] as string[], progress: [] as number[], charts: new Set<string>() };
  await expect
    .poll(
      async () => {
        for (const line of await lab.page.getByText(/left( in all)?$/).allTextContents()) seen.timeLeft.push(line);
        seen.progress.push(await lab.progress());
        for (const colour of await lab.evidence.lines(/^Validation accuracy by step/)) seen.charts.add(colour);
        return textOf(lab.next);
      },
      { timeout: PATIENCE_MS, interval: 200 },
    )
    .toMatch(/nothing, all 8 levels are trained/);
  return seen;
}

describe('the quick recipe on MNIST', () => {
  it(
    'finds a winning ticket at 21 % while the page stays responsive',
    async () => {
      const lab = await site.visit({ before: watch, reducedMotion: 'no-preference' });
      await lab.recipe.openReadyMade('LeNet-300-100 on MNIST, quick');
      await lab.sessions.expectCurrent('LeNet-300-100 on MNIST, quick');
      await lab.run();
      await lab.expectTraining(0, 60_000);
      await restartWatch(lab.page);
      await recordTasks(site.browser, lab.page);
      const seen = await lookWhile(lab);
      const counts = await observed(lab.page);
      const tasks = await recordedTasks(site.browser);

      // Progress and time left were shown, and both moved.
      expect(new Set(seen.progress).size).toBeGreaterThan(5);
      expect(seen.timeLeft.some((line) => /\d+ s left in all|a moment left in all/.test(line))).toBe(true);
      expect(new Set(seen.timeLeft).size).toBeGreaterThan(3);

      const tickets = await lab.tickets();
      expect(tickets.map(({ kept }) => kept)).toEqual([100, 80, 64.1, 51.3, 41.1, 32.9, 26.3, 21.1]);
      expect(tickets.every(({ accuracy }) => accuracy !== null && accuracy > 90)).toBe(true);

      // The mask of the last ticket: of every layer some is drawn, and of the large ones not all.
      const ink = await lab.maskInk();
      expect(ink).toHaveLength(3);
      expect(Math.min(...ink)).toBeGreaterThan(0.05);
      await lab.page.keyboard.press('Home');
      await expect.poll(async () => Math.min(...(await lab.maskInk()))).toBeGreaterThan(0.99);

      // Charts with both arms, live and afterwards.
      expect([...seen.charts]).toEqual(expect.arrayContaining(['var(--arm-ticket)', 'var(--arm-random)']));
      expect((await lab.evidence.lines(/^Test accuracy by kept %/)).sort()).toEqual(['var(--arm-random)', 'var(--arm-ticket)']);

      const table = await lab.evidence.table();
      const of = (level: string, arm: string) => table.find((row) => row.level === level && row.arm === arm);
      const accuracy = (level: string, arm: string): number => Number(of(level, arm)?.['test %']);
      expect(of('7', 'ticket')?.['kept %']).toBe('21.1');
      expect(accuracy('7', 'ticket')).toBeGreaterThanOrEqual(accuracy('0', 'dense') - 0.2);
      expect(accuracy('7', 'ticket')).toBeGreaterThanOrEqual(accuracy('7', 'random mask') + 0.5);
      // What the table shows is what the file holds.
      const row = (await lab.evidence.csv()).find(({ level, arm }) => level === '7' && arm === 'random-mask');
      expect(Number(row?.test_accuracy) * 100).toBeCloseTo(accuracy('7', 'random mask'), 2);

      // The strict budget, on the clock of a machine at rest, is the audit's.
      expect(tasks.length).toBeGreaterThan(1000);
      expect(tasks.filter((milliseconds) => milliseconds > 100)).toEqual([]);
      expect(counts.frames).toBeGreaterThan(20);
      expect(counts.messages / counts.frames).toBeLessThan(3);
      expect(counts.messages / (counts.milliseconds / 1000)).toBeLessThan(100);
      await lab.sessions.expectSaved();
      await lab.expectNoAlert();
    },
    PATIENCE_MS + 60_000,
  );
});
