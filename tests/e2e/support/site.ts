/** The built lab on a host of its own under a sub-path, and a browser to visit it with; both for one test file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser } from '../../support/browser.ts';
import { serve, type Served } from '../../support/server.ts';
import { LabPage } from '../pages/lab-page.ts';

const built = join(import.meta.dirname, '../../../dist');

export interface Visit extends BrowserContextOptions {
  /** What follows the address: a hash. */
  readonly hash?: string;
  /** Runs in the page before the lab does. */
  readonly before?: (page: Page) => Promise<unknown>;
  /** Messages of errors that this visit is about; any other error in the page fails the test. */
  readonly expectedErrors?: RegExp;
  /** Nobody was here before: the lab trains the spiral by itself, which others need not wait for. */
  readonly isFirst?: boolean;
}

/** Leaves what somebody leaves who has been to the lab before. */
function beenHere(): void {
  try {
    if (localStorage.getItem('session') === null) localStorage.setItem('session', 'an earlier one');
  } catch {
    // A page that may store nothing.
  }
}

export class Site {
  url = '';
  private served: Served | null = null;
  private opened: Browser | null = null;
  private contexts: BrowserContext[] = [];
  /** What pages of this test complained of. */
  private faults: string[] = [];

  get browser(): Browser {
    if (this.opened === null) throw new Error('the site opens in beforeAll');
    return this.opened;
  }

  async open(switches: readonly string[]): Promise<void> {
    if (!existsSync(join(built, 'index.html'))) throw new Error('The lab is not built: run `npm run build` first.');
    this.served = await serve(built, '/some/where/');
    this.url = this.served.url;
    this.opened = await launchBrowser(switches);
  }

  async close(): Promise<void> {
    await this.opened?.close();
    await this.served?.close();
  }

  /** The lab in a browser profile of its own, as a new visitor has it. */
  async visit({ hash = '', before, expectedErrors, isFirst = false, ...options }: Visit = {}): Promise<LabPage> {
    const context = await this.browser.newContext({
      viewport: { width: 1440, height: 900 },
      // A fifth of a page's work would go into motions: tests of them, of speed and of memory ask for them.
      reducedMotion: 'reduce',
      // It would answer in place of what tests put between the page and its host; it has tests of its own.
      serviceWorkers: 'block',
      ...options,
    });
    this.contexts.push(context);
    if (!isFirst) await context.addInitScript(beenHere);
    return this.visitIn(context, { hash, before, expectedErrors });
  }

  /** One more tab of a profile. */
  async visitIn(context: BrowserContext, { hash = '', before, expectedErrors }: Visit = {}): Promise<LabPage> {
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complain(error.message, expectedErrors));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complain(message.text(), expectedErrors);
    });
    await before?.(page);
    const lab = new LabPage(page);
    await lab.open(`${this.url}${hash === '' ? '' : `#${hash}`}`);
    return lab;
  }

  /** Ends a test: every profile is closed, and none may have complained. */
  async leave(): Promise<void> {
    for (const context of this.contexts.splice(0)) await context.close();
    expect(this.faults.splice(0), 'errors in the page').toEqual([]);
  }

  private complain(message: string, expected: RegExp | undefined): void {
    if (expected?.test(message) !== true) this.faults.push(message);
  }
}

/** Registers the site's opening and closing with the test file that calls this. */
export function useSite(switches: readonly string[] = []): Site {
  const site = new Site();
  beforeAll(() => site.open(switches));
  afterEach(() => site.leave());
  afterAll(() => site.close());
  return site;
}
