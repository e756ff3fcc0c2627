import { accessSync, constants } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright';

/** Chromium without its windows: it starts sooner and takes less to draw, but every tab of it is in front. */
export const shellNames = ['chromium-headless-shell'];
export const systemNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The executables of these names on the PATH, in the order of the names. */
export function onPath(names: readonly string[]): readonly string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).filter(isExecutable);
}

/** What a test needs of a Chromium: a page, or windows too, so that one tab can hide another. */
export type Kind = 'page' | 'windows';

/** Where a Chromium may be, most wanted first: LAB_BROWSER alone where it is set, else the system's, then Playwright's own. */
export function chromiumPaths(kind: Kind = 'page'): readonly string[] {
  const chosen = process.env.LAB_BROWSER;
  if (chosen !== undefined && chosen !== '') return [chosen];
  return [...(kind === 'page' ? onPath(shellNames) : []), ...onPath(systemNames), ...[chromium.executablePath()].filter(isExecutable)];
}

/** Chromium that other programs can steer, too; `port` is where its DevTools listen. */
export async function launchForDevTools(): Promise<{ browser: Browser; port: number }> {
  const port = await freePort();
  return { browser: await launchBrowser([`--remote-debugging-port=${port}`]), port };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/**
 * A headless Chromium with extra command-line switches: the first candidate that starts (some systems put a stub in its place).
 * Throws, naming the remedy, where none does.
 */
export async function launchBrowser(args: readonly string[] = [], kind?: Kind): Promise<Browser> {
  // Chromium refuses its sandbox to root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  let cause: unknown;
  for (const executablePath of chromiumPaths(kind)) {
    try {
      return await chromium.launch({ executablePath, args: [...sandbox, ...args] });
    } catch (error) {
      cause = error;
    }
  }
  throw new Error('No Chromium starts here: install one, or set LAB_BROWSER to its path.', { cause });
}
