/** A Chromium with a profile on disk that can be killed as the system would: at once, with all its processes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright';
import { chromiumPaths } from './browser.ts';

export interface Killable {
  readonly page: Page;
  /** Resolves when no process of it is left. */
  kill(): Promise<void>;
}

const STARTS_WITHIN_MS = 60_000;

/** Opens the profile in `folder`, which is made where it is missing, with one page. */
export async function openKillable(folder: string): Promise<Killable> {
  const [path] = chromiumPaths();
  const portFile = join(folder, 'DevToolsActivePort');
  await rm(portFile, { force: true });
  const flags = ['--headless=new', '--no-sandbox', '--no-first-run', '--hide-crash-restore-bubble', '--remote-debugging-port=0'];
  const child = spawn(path, [...flags, `--user-data-dir=${folder}`, 'about:blank'], { detached: true, stdio: 'ignore' });
  const browser = await connected(portFile);
  const [context] = browser.contexts();
  const page = await context.newPage();
  await page.setViewportSize({ width: 1440, height: 900 });
  return { page, kill: () => killed(child, browser) };
}

/** Connects as soon as the browser has written where it listens. */
async function connected(portFile: string): Promise<Browser> {
  for (const end = Date.now() + STARTS_WITHIN_MS; Date.now() < end;) {
    const [port] = (await readFile(portFile, 'utf8').catch(() => '')).split('\n');
    if (port !== '') return chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    await setTimeout(50);
  }
  throw new Error('Chromium did not start');
}

async function killed(child: ChildProcess, browser: Browser): Promise<void> {
  const gone = once(child, 'exit');
  // Its own group: all its processes at once.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await gone;
  await browser.close().catch(() => undefined);
}
