/**
 * A link of 64 kB, whatever is in it, does not hold up the page: neither while it opens nor when people look around in
 * it. Tasks are measured in processor time (support/tasks.ts).
 */
import { describe, expect, it } from 'vitest';
import type { LabPage } from './pages/lab-page.ts';
import { heavyLink, LINK_CHARACTERS, manyLadders, manyRuns } from './support/heavy.ts';
import { useSite } from './support/site.ts';
import { recordedTasks, recordTasks } from './support/tasks.ts';

const site = useSite();

/** Milliseconds of the longest task of each thing that was done. */
type Costs = Readonly<Record<string, number>>;

/** Milliseconds of the longest task while the page opens this link, or nothing. */
async function longestTask(hash: string, opened: (lab: LabPage) => Promise<unknown>): Promise<{ lab: LabPage; longest: number }> {
  const lab = await site.visit({ before: (page) => recordTasks(site.browser, page), hash, reducedMotion: 'no-preference' });
  await opened(lab);
  const [longest] = await recordedTasks(site.browser);
  return { lab, longest };
}

async function openLink(hash: string): Promise<{ lab: LabPage; longest: number }> {
  return longestTask(hash, async (lab) => {
    await lab.sessions.expectCurrent('Heavy');
    // The page answers.
    await button(lab, 'Table').click();
    await lab.page.getByRole('row').nth(1).waitFor();
  });
}

/** A session as tests look around in it: the row of tickets that they choose from, and whether it has runs. */
interface Kind {
  readonly row: 'Levels' | 'What-if: What-if 0';
  readonly hasRuns: boolean;
}

/** What people do with a link that is open. */
async function lookAround(lab: LabPage, { row, hasRuns }: Kind): Promise<Costs> {
  const costs: Record<string, number> = {};
  const does = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    await recordTasks(site.browser, lab.page);
    await act();
    // What has changed is drawn with the next frame.
    await lab.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    [costs[what]] = await recordedTasks(site.browser);
  };
  await does('showing charts', async () => {
    await button(lab, 'Charts').click();
    await lab.evidence.chart(/^Test accuracy/).waitFor();
  });
  await does('choosing another level', async () => {
    const tickets = lab.page.getByRole('list', { name: row, exact: true });
    const ticket = tickets.getByRole('button').nth(3);
    const level = await ticket.locator('b').textContent();
    await ticket.click();
    await expect.poll(() => tickets.locator('[aria-current] b').textContent()).toBe(level);
  });
  await does('opening the comparison', () => lab.evidence.openComparison());
  await does('comparing another level', () =>
    lab.evidence.choose('A', row === 'Levels' ? { level: 2 } : { branch: row.replace('What-if: ', ''), level: 2 }),
  );
  await does('sharing', () => lab.share.open());
  await lab.share.close();
  if (!hasRuns) return costs;
  await does('listing single runs', async () => {
    await button(lab, 'Table').click();
    await button(lab, 'Single').click();
    await column(lab, 'fingerprint').waitFor();
  });
  for (const name of ['fingerprint', 'seed'])
    await does(`sorting them by ${name}`, async () => {
      await column(lab, name).getByRole('button').click();
      await expect.poll(() => column(lab, name).getAttribute('aria-sort')).toBe('ascending');
    });
  await does('drawing single seeds', async () => {
    await button(lab, 'Charts').click();
    await lab.evidence.chart(/^Test accuracy/).waitFor();
  });
  return costs;
}

const whatIfs = (lab: LabPage) => lab.page.getByRole('list', { name: /^What-if: / });
const button = (lab: LabPage, name: string) => lab.evidence.panel.getByRole('button', { name, exact: true });
const column = (lab: LabPage, name: string) => lab.evidence.panel.getByRole('columnheader', { name });

describe('a link near the limits', () => {
  /** What the page costs by itself: without a link, and where a small session is looked around in. Measured once. */
  let itself: Promise<{ without: number; small: Costs }> | undefined;
  const measureItself = async (): Promise<{ without: number; small: Costs }> => {
    const { lab } = await openLink(await heavyLink(2, 4));
    const small = await lookAround(lab, { row: 'What-if: What-if 0', hasRuns: true });
    await site.leave();
    const { longest } = await longestTask('', (page) => page.expectNext(/./));
    await site.leave();
    return { without: longest, small };
  };

  it.each<[string, () => Promise<string>, Kind]>([
    ['what-ifs nested as deep as they go, and as many runs as fit', () => heavyLink(17), { row: 'What-if: What-if 0', hasRuns: true }],
    ['a trunk with as many runs as fit', () => manyRuns(17), { row: 'Levels', hasRuns: true }],
    ['what-ifs that each have a ladder to work out', manyLadders, { row: 'What-if: What-if 0', hasRuns: false }],
  ])('of %s costs no task much longer than the page itself does', async (_what, make, kind) => {
    const { without, small } = await (itself ??= measureItself());
    const hash = await make();
    expect(hash.length).toBeLessThanOrEqual(LINK_CHARACTERS);
    const { lab, longest } = await openLink(hash);
    expect(longest, `without a link: ${without} ms`).toBeLessThan(without + 200);
    for (const [what, cost] of Object.entries(await lookAround(lab, kind)))
      expect(cost, `${what}; in a small session: ${small[what]} ms`).toBeLessThan(small[what] + 200);
  });
});

describe('the table of 10 000 runs', () => {
  it('shows a hundred at a time, and all can be reached by keyboard', async () => {
    const lab = await site.visit({ hash: await manyRuns(17) });
    await lab.sessions.expectCurrent('Heavy');
    await lab.evidence.panel.getByRole('button', { name: 'Table' }).click();
    await lab.evidence.panel.getByRole('button', { name: 'Single' }).click();
    const status = lab.evidence.panel.getByRole('status').filter({ hasText: 'rows' });
    await expect.poll(() => status.textContent()).toMatch(/^rows 1 to 100 of 10.897$/);
    expect(await lab.evidence.panel.getByRole('row').count()).toBe(101);
    await lab.evidence.panel.getByRole('button', { name: 'Later rows' }).press('Enter');
    await expect.poll(() => status.textContent()).toMatch(/^rows 101 to 200 of/);
  });
});

describe('the timeline of 128 branches', () => {
  it('draws those in sight, and the rest comes into reach of the keyboard', async () => {
    const lab = await site.visit({ hash: await heavyLink(1) });
    await lab.sessions.expectCurrent('Heavy');
    // The last what-if is on the bench, with the fewest tickets of its own.
    await whatIfs(lab).last().getByRole('button').first().focus();
    expect(await whatIfs(lab).count()).toBeLessThan(40);
    const above = lab.page.getByRole('list', { name: 'What-if: What-if 112', exact: true });
    expect(await above.isVisible()).toBe(false);
    const isReached = (): Promise<boolean> =>
      lab.page.evaluate(() => document.activeElement?.closest('ol')?.getAttribute('aria-label') === 'What-if: What-if 112');
    for (let presses = 0; presses < 200 && !(await isReached()); presses++) await lab.page.keyboard.press('Shift+Tab');
    expect(await isReached()).toBe(true);
  });
});
