/** A learning rate at which some runs diverge: they are marked, what grows from them is left out, everything else goes on. */
import { describe, expect, it } from 'vitest';
import { plainText } from './pages/text.ts';
import { useSite } from './support/site.ts';

const site = useSite();

/** Of these seeds the second diverges at level 1 (sparse engine). */
const wild = {
  name: 'Wild',
  task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
  model: { family: 'mlp', hidden: [64, 32] },
  training: { batchSize: 50, steps: 200, evaluateEvery: 50, optimizer: { type: 'sgd', learningRate: 8 } },
  pruning: { levels: 2, rate: 0.5, outputRate: 0.5 },
  arms: ['ticket', 'random-mask'],
  seeds: [5, 6],
};

describe('a run that diverges', () => {
  it('is told of at its level, in table and file, after a reload and in a link, and is trained again when asked', async () => {
    const lab = await site.visit();
    await lab.openRecipe(wild);
    await lab.runAll(60_000);
    const words = (await lab.tickets()).map((ticket) => ticket.words);
    expect(words[0]).not.toContain('diverged');
    expect(words[1]).toContain('1 runs diverged');
    expect(words[2]).toContain('2 runs diverged');
    await lab.page.getByRole('button', { name: /^Level 1,/ }).click();
    const line = lab.stage.getByRole('status').filter({ hasText: 'diverged' });
    await expect.poll(async () => plainText((await line.textContent()) ?? '')).toMatch(/ticket, level 1, seed 6 diverged: at step \d+/);
    const rows = await lab.evidence.table();
    expect(rows.map(({ level, arm, seeds }) => `${level} ${arm} ${seeds}`)).toEqual([
      ...['0 dense 2', '1 ticket 1 of 2', '1 random mask 2', '2 ticket 1 of 2', '2 random mask 1 of 2'],
    ]);
    const missing = (await lab.evidence.csv()).filter(({ fingerprint }) => fingerprint === '');
    expect(missing.map(({ level, arm, seed, left_out_for: cause }) => `${level} ${arm} ${seed} ${cause}`)).toEqual([
      ...['1 ticket 6 ', '2 ticket 6 ticket level 1 seed 6', '2 random-mask 6 ticket level 1 seed 6'],
    ]);
    expect(Number(missing[0].diverged_at_step)).toBeGreaterThan(0);
    await lab.sessions.expectSaved();

    await lab.reload();
    await lab.expectComplete();
    expect((await lab.tickets()).map((ticket) => ticket.words)).toEqual(words);

    await lab.page.getByRole('button', { name: /^Level 1,/ }).click();
    await lab.stage.getByRole('button', { name: 'Train again' }).click();
    await lab.expectComplete(60_000);
    expect(
      (await lab.tickets()).map((ticket) => ticket.words),
      'the same again',
    ).toEqual(words);
    await lab.expectNoAlert();
  });
});

describe('a level that keeps nothing', () => {
  it('stands at 0 beyond a break of the axis, and every other point stays in the charts', async () => {
    const lab = await site.visit();
    await lab.openRecipe({
      name: 'Nothing left',
      task: { dataset: 'iris', train: 100, validation: 20, test: 30 },
      model: { family: 'mlp', hidden: [8, 4] },
      training: { batchSize: 10, steps: 60, evaluateEvery: 20 },
      pruning: { levels: 3, rate: 0.9, outputRate: 0.9 },
      arms: ['ticket'],
      seeds: [1],
    });
    const chart = lab.evidence.chart(/^Test accuracy by kept/);
    const broken = (): Promise<string[]> =>
      lab.page.evaluate(() =>
        [...document.querySelectorAll('svg *, svg')].flatMap((element) =>
          Array.from(element.attributes)
            .filter(({ value }) => /NaN|Infinity/.test(value))
            .map(({ name, value }) => `${name}=${value}`),
        ),
      );
    expect(await chart.locator('[data-break]').count(), 'before training').toBe(1);
    expect(await broken()).toEqual([]);
    await lab.runAll();
    expect((await lab.tickets())[3].kept).toBe(0);
    expect(await chart.locator('.marker').count()).toBe(4);
    expect(await chart.locator('.axis-text').allTextContents()).toContain('0');
    for (const name of [/^Level 0,/, /^Level 1,/, /^Level 3,/]) {
      await lab.page.getByRole('button', { name }).click();
      await lab.page.waitForTimeout(300);
      expect(await broken()).toEqual([]);
    }
  });
});
