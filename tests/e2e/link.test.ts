/** What was found goes into a link, and comes out of it the same. */
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import type { LabPage } from './pages/lab-page.ts';
import { plainText, textOf } from './pages/text.ts';
import { quick } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

const hashOf = (link: string): string => new URL(link).hash.slice(1);

interface SharedRun {
  readonly link: string;
  readonly table: unknown;
  readonly figures: readonly string[];
}

/** Of the table, what a link holds. */
const tableOf = async (lab: LabPage) =>
  (await lab.evidence.table()).map((row) =>
    ['level', 'kept %', 'arm', 'test %', 'early stop', 'test % there'].map((column) => row[column]),
  );

let shared: SharedRun | null = null;

/** A finished run and its link, made once. */
async function sharedRun(): Promise<SharedRun> {
  if (shared !== null) return shared;
  const lab = await site.visit();
  await lab.openRecipe(quick);
  await lab.runAll();
  const link = await lab.share.link();
  shared = { link, table: await tableOf(lab), figures: await lab.evidence.figures() };
  return shared;
}

describe('a shared link', () => {
  it('shows the same figures elsewhere, can be passed on, and can be run again', async () => {
    const { link, table, figures } = await sharedRun();
    expect(link.startsWith(site.url)).toBe(true);

    const lab = await site.visit({ hash: hashOf(link) });
    await lab.sessions.expectCurrent('Quick');
    await expect
      .poll(async () => (await lab.page.getByRole('status').allTextContents()).map(plainText).join())
      .toMatch(/Results of 7 runs/);
    expect(await tableOf(lab)).toEqual(table);
    expect(await lab.share.link()).toBe(link);

    await lab.press('Run it again');
    await lab.expectComplete();
    expect(await lab.evidence.figures()).toEqual(figures);

    // From then on it is a session of its own, which a reload finds.
    await lab.sessions.expectSaved();
    await lab.reload();
    await expect.poll(() => lab.finishedLevels()).toBe(4);
    expect(await lab.evidence.figures()).toEqual(figures);
  });

  it('opens in a page that is already there, and leaves the session before it where it was kept', async () => {
    const { link } = await sharedRun();
    const lab = await site.visit();
    await lab.openRecipe({ ...quick, name: 'Mine' });
    await lab.stepLevel();
    await expect.poll(() => lab.finishedLevels()).toBe(1);
    await lab.sessions.expectSaved();
    await lab.page.evaluate((hash) => (location.hash = hash), hashOf(link));
    await lab.sessions.expectCurrent('Quick');
    await lab.sessions.open();
    await expect.poll(() => lab.sessions.entry('Mine').isVisible()).toBe(true);
  });

  it('that cannot be read says so, beside the session that was last on the bench', async () => {
    const lab = await site.visit();
    await lab.openRecipe({ ...quick, name: 'Mine' });
    await lab.stepLevel();
    await lab.sessions.expectSaved();
    const again = await site.visitIn(lab.page.context(), { hash: 's1.mangled' });
    await again.expectAlert(/This link/);
    await again.sessions.expectCurrent('Mine');
    await expect.poll(() => again.finishedLevels()).toBe(1);
    const first = await site.visit({ hash: 's1.mangled', isFirst: true });
    await first.expectAlert(/This link/);
    await expect.poll(() => first.finishedLevels(), { timeout: 20_000 }).toBeGreaterThan(1);
  });

  it.each([
    ['its beginning', (hash: string) => `x${hash}`],
    ['its first letters', (hash: string) => `${hash.slice(0, 3)}AAAA${hash.slice(7)}`],
    [
      'its middle',
      (hash: string) =>
        `${hash.slice(0, hash.length >> 1)}${hash[hash.length >> 1] === 'A' ? 'B' : 'A'}${hash.slice((hash.length >> 1) + 1)}`,
    ],
    ['its end', (hash: string) => hash.slice(0, -6)],
    ['its version', (hash: string) => hash.replace(/^s\d+/, 's7')],
  ])('mangled at %s is refused with the remedy, and the lab goes on', async (_where, mangle) => {
    const { link } = await sharedRun();
    const lab = await site.visit({ hash: mangle(hashOf(link)) });
    await lab.expectAlert(/This link (is damaged|does not hold a session|was made by a newer version).*(again|Open it with)/);
    await lab.openRecipe({ ...quick, pruning: { levels: 0 }, arms: ['ticket'] });
    await lab.run();
    await expect.poll(() => lab.finishedLevels()).toBe(1);
  });
});

describe('a link made while a what-if is shown', () => {
  const NAME = 'rewind to step 15';
  const whatIf = (lab: LabPage) => lab.page.getByRole('list', { name: `What-if: ${NAME}` }).getByRole('button');
  const deterministic = (page: Page) => page.addInitScript(() => localStorage.setItem('engine', 'sparse'));

  it('shows the what-if elsewhere as it is here, and checks to the same bits', async () => {
    const lab = await site.visit({ before: deterministic });
    await lab.openRecipe(quick);
    await lab.runAll();
    await lab.page.getByRole('list', { name: 'Levels' }).getByRole('button').nth(1).click();
    await lab.page.getByRole('radio', { name: /^step/ }).check();
    await lab.runAll();
    await whatIf(lab).last().click();
    const table = await tableOf(lab);
    const link = await lab.share.link();

    const other = await site.visit({ hash: hashOf(link) });
    await other.sessions.expectCurrent('Quick');
    await expect.poll(() => whatIf(other).count()).toBe(2);
    await expect.poll(() => textOf(other.stage)).toContain('to step 15');
    // Of the trunk, what the what-if took over; what it went on to find is not in the link.
    expect((await other.tickets()).map(({ accuracy }) => accuracy !== null)).toEqual([true, true, false, false]);
    expect(await tableOf(other)).toEqual(table);
    expect(await other.share.link()).toBe(link);

    await other.page.getByRole('button', { name: 'Check it' }).click();
    // Of two levels of its own and two taken over, the tickets and the controls.
    await other.page.getByText('Checked: all 7 runs came out with the same bits as in the link.').waitFor({ timeout: 60_000 });

    await other.press('Run it again');
    await other.expectComplete();
    expect(await tableOf(other)).toEqual(table.filter((row) => row[2] !== 'random mask' || Number(row[0]) > 1));
    await other.sessions.expectSaved();
    await other.reload();
    await expect.poll(() => whatIf(other).count()).toBe(2);
  });
});
