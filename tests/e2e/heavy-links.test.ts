/** A link of 64 kB, whatever is in it, does not hold up the page. Tasks are measured in processor time (support/tasks.ts). */
import { describe, expect, it } from 'vitest';
import type { LabPage } from './pages/lab-page.ts';
import { heavyLink, LINK_CHARACTERS, manyRuns } from './support/heavy.ts';
import { useSite } from './support/site.ts';
import { recordedTasks, recordTasks } from './support/tasks.ts';

const site = useSite();

/** Milliseconds of the longest task while the page opens this link, or nothing. */
async function longestTask(hash: string, opened: (lab: LabPage) => Promise<unknown>): Promise<number> {
  const lab = await site.visit({ before: (page) => recordTasks(site.browser, page), hash });
  await opened(lab);
  const [longest] = await recordedTasks(site.browser);
  return longest;
}

const whatIfs = (lab: LabPage) => lab.page.getByRole('list', { name: /^What-if: / });

describe('a link near the limits', () => {
  it.each([
    ['what-ifs nested as deep as they go, and as many runs as fit', () => heavyLink(17)],
    ['a trunk with as many runs as fit', () => manyRuns(17)],
  ])('of %s costs no task much longer than the page itself does', async (_what, make) => {
    const hash = await make();
    expect(hash.length).toBeLessThanOrEqual(LINK_CHARACTERS);
    const without = await longestTask('', (lab) => lab.expectNext(/./));
    const longest = await longestTask(hash, async (lab) => {
      await lab.sessions.expectCurrent('Heavy');
      // The page answers.
      await lab.page.getByRole('button', { name: 'Table' }).click();
      await lab.page.getByRole('row').nth(1).waitFor();
    });
    expect(longest, `without a link: ${without} ms`).toBeLessThan(without + 200);
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
