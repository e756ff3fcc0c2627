import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { serve, type Served } from '../support/server.ts';
import { LibraryPage, quickRecipe, record } from './pages/library-page.ts';

let browser: Browser;
let host: Served;
let context: BrowserContext;
let page: Page;
let library: LibraryPage;
let troubles: string[];

beforeAll(async () => {
  host = await serve('dist', '/some/folder/');
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await host.close();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  troubles = [];
  page = await newPage();
  library = new LibraryPage(page);
});
afterEach(async () => {
  await context.close();
  expect(troubles).toEqual([]);
});

/** A tab, whose complaints (errors, violations of the content-security policy) fail the test. */
async function newPage(): Promise<Page> {
  const tab = await context.newPage();
  tab.on('pageerror', (error) => troubles.push(error.message));
  tab.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  return tab;
}

const idOf = async (name: string): Promise<string> => (await library.row(name).getAttribute('data-session')) ?? '';

describe('the library', () => {
  it('invites whoever has nothing yet', async () => {
    await page.goto(`${host.url}#library`);
    await page.getByText('Nothing is kept yet').waitFor();
    expect(await page.title()).toBe('Sessions · Lottery Ticket Lab');
    await page.getByRole('link', { name: 'Go and run something' }).click();
    await page.getByText('Next:').waitFor();
  });

  it('shows what is kept, finds it, renames, duplicates and opens it', async () => {
    await page.goto(host.url);
    await library.train('Alpha');
    await library.train('Beta');
    await library.open();
    await library.expectNames(['Beta', 'Alpha']);
    const beta = library.row('Beta');
    expect(await beta.textContent()).toMatch(/on the bench.*Spiral · 16-8 · 2 levels · 1 seed.*ticket.*random mask.*5 runs.*kB/s);
    expect(await beta.getByRole('img').getAttribute('aria-label')).toMatch(/ticket: [\d.]+.% at 100.% kept, [\d.]+.% at 6\d\.\d.% kept/);

    await library.search.fill('alph 16-8');
    await library.expectNames(['Alpha']);
    await library.search.fill('nothing like it');
    await page.getByText('No session has ‘nothing like it’').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();

    await library.rename('Alpha', 'Gamma');
    await library.expectNames(['Gamma', 'Beta']);
    await library.rename('Beta', 'On the bench');
    await library.expectNames(['On the bench', 'Gamma']);
    await library.act('Duplicate', 'Gamma');
    await library.expectNames(['Gamma (copy)', 'On the bench', 'Gamma']);

    await page.getByRole('button', { name: 'Open Gamma (copy)' }).click();
    await library.expectTrained();
    expect(await page.title()).toMatch(/^Gamma \(copy\)/);
    // Its weights are those of the session that it was copied from.
    await page
      .getByRole('button', { name: /^Level 1/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Mask', exact: true }).click();
    await page.getByRole('application', { name: /^Mask of Layer 1: \d+ of 32 weights kept/ }).waitFor();
  });

  it('renames by keyboard, and Escape leaves the name', async () => {
    await page.goto(host.url);
    await library.train('Alpha');
    await library.open();
    const rename = page.getByRole('button', { name: 'Rename: Alpha' });
    await rename.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Nope');
    await page.keyboard.press('Escape');
    await library.expectNames(['Alpha']);
    expect(await rename.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it('a deleted session can be brought back, is still on disk till then, and goes for good on leaving', async () => {
    await page.goto(host.url);
    await library.train('Alpha');
    await library.train('Beta');
    await library.open();
    const [alpha, beta] = [await idOf('Alpha'), await idOf('Beta')];
    await library.act('Delete', 'Beta');
    await library.toast.waitFor();
    await library.expectNames(['Alpha']);
    expect(await record(page, `session/${beta}`)).toContain('Beta');
    await page.getByRole('button', { name: 'Undo' }).click();
    await library.expectNames(['Beta', 'Alpha']);
    await library.row('Beta').getByText('on the bench').waitFor();

    await library.act('Delete', 'Alpha');
    await library.act('Delete', 'Beta');
    // The second deletion is the end of the first.
    await expect.poll(() => record(page, `session/${alpha}`)).toBeUndefined();
    await page.getByText('Nothing is kept yet').waitFor();
    await page.reload();
    await page.getByText('Nothing is kept yet').waitFor();
    expect(await record(page, `session/${beta}`)).toBeUndefined();
    await page.goto(host.url);
    expect(await library.alerts.count()).toBe(0);
  });

  it('lists what it cannot read apart, and gives it out', async () => {
    await page.goto(host.url);
    await library.train('Alpha');
    await library.train('Beta');
    await library.open();
    const [alpha, beta] = [await idOf('Alpha'), await idOf('Beta')];
    await record(page, `session/${alpha}`, '{"format":"lottery-ticket-session","version":1,"runs":7');
    await record(page, `session/${beta}`, '{"format":"lottery-ticket-session","version":7,"dreams":[]}');
    for (const id of [alpha, beta]) await record(page, `entry/${id}`, 'not an entry');
    await page.reload();
    const damaged = page.getByRole('region', { name: 'Cannot be read' });
    const newer = page.getByRole('region', { name: 'From a newer version' });
    await damaged.waitFor();
    expect(await newer.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      damaged.getByRole('button', { name: /^Save what is left/ }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('unnamed.json');
  });
});

describe('files', () => {
  it('a session with its weights goes out as a zip and comes back in another browser', async () => {
    await page.goto(host.url);
    await library.train('Alpha');
    await library.open();
    const zip = await library.save('Save with weights', 'Alpha');
    const json = await library.save('Save', 'Alpha');
    expect([zip.fileName, json.fileName]).toEqual(['Alpha.zip', 'Alpha.json']);
    expect(zip.bytes.subarray(0, 2).toString()).toBe('PK');

    const elsewhere = await browser.newContext();
    const other = new LibraryPage(await elsewhere.newPage());
    await other.page.goto(`${host.url}#library`);
    await other.openFile('Alpha.zip', zip.bytes);
    await other.expectTrained();
    await other.page
      .getByRole('button', { name: /^Level 2/ })
      .first()
      .click();
    await other.page.getByRole('button', { name: 'Mask', exact: true }).click();
    await other.page.getByRole('application', { name: /^Mask of Layer 1: \d+ of 32 weights kept/ }).waitFor();
    await elsewhere.close();
  });

  it('a damaged zip says which file in it is damaged; the rest opens, and nothing is lost', async () => {
    await page.goto(host.url);
    await library.train('Alpha');
    await library.open();
    const { bytes } = await library.save('Save with weights', 'Alpha');
    // Weights are stored as they are: a flipped bit after the session's text is in one of them.
    const broken = Buffer.from(bytes);
    broken[Math.floor(broken.length * 0.6)] ^= 8;
    await library.openFile('Alpha.zip', broken);
    await expect
      .poll(() => library.alerts.textContent())
      .toMatch(/Alpha\.zip was opened, but parts of it are damaged and left out: (weights|masks|Alpha)/);
    await library.open();
    await library.expectNames(['Alpha', 'Alpha']);
  });

  it('files are taken wherever they are dropped', async () => {
    await page.goto(`${host.url}#library`);
    await page.getByText('Nothing is kept yet').waitFor();
    const transfer = await page.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'dropped.json'));
      return data;
    }, quickRecipe('Dropped'));
    await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
    await page.getByText('Drop a session or a recipe').waitFor();
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
    await page.getByText('Next:').waitFor();
    await expect.poll(() => page.title()).toMatch(/^Dropped/);
  });
});

describe('two tabs', () => {
  it('on one session do not overwrite each other, and the slower one is told', async () => {
    await page.goto(host.url);
    await library.train('Shared');
    const secondPage = await newPage();
    await secondPage.goto(host.url);
    const second = new LibraryPage(secondPage);
    await second.expectTrained();

    const rename = async (tab: Page, name: string): Promise<void> => {
      await tab.getByRole('button', { name: 'Sessions', exact: true }).click();
      await tab.getByRole('textbox', { name: 'Name of this session' }).fill(name);
      await tab.keyboard.press('Enter');
      await tab.keyboard.press('Escape');
    };
    await rename(secondPage, 'Theirs');
    await secondPage.getByText('saved', { exact: true }).waitFor();
    await rename(page, 'Mine');
    const notice = library.alerts;
    await expect.poll(() => notice.textContent()).toMatch(/Another tab changed or deleted ‘Mine’.*goes on as ‘Mine \(copy\)’/);
    await library.open();
    await library.expectNames(['Mine (copy)', 'Theirs']);
    expect(await library.row('Theirs').textContent()).toContain('5 runs');
    expect(await library.row('Mine (copy)').textContent()).toContain('5 runs');
  });
});
