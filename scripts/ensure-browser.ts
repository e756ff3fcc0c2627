/**
 * Makes sure that a Chromium starts here: does nothing where one does, else installs Playwright's or, as root, the system's,
 * and ends with one line that says what to do where that fails too. A Firefox and a Chromium without windows are welcome beside
 * it: as root the system's are installed. Without the one its tests are skipped, without the other the tests take longer.
 */
import { spawnSync } from 'node:child_process';
import { launchBrowser, onPath, shellNames } from '../tests/support/browser.ts';
import { firefoxPath } from '../tests/support/firefox.ts';

const starts = async (): Promise<boolean> => {
  try {
    await (await launchBrowser([], 'windows')).close();
    return true;
  } catch {
    return false;
  }
};

const succeeds = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;

const mayInstallPackages = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;

const installs = (name: string): boolean =>
  mayInstallPackages && succeeds('apt-get', ['update']) && succeeds('apt-get', ['install', '-y', '--no-install-recommends', name]);

/** Each leaves a browser behind, or what one lacked. */
const remedies: readonly (() => boolean)[] = [() => succeeds('npx', ['playwright', 'install', 'chromium']), () => installs('chromium')];

async function ensure(): Promise<boolean> {
  if (await starts()) return true;
  if (process.env.LAB_BROWSER) return false;
  for (const remedy of remedies) if (remedy() && (await starts())) return true;
  return false;
}

if (!(await ensure())) {
  const chosen = process.env.LAB_BROWSER;
  console.error(
    chosen
      ? `LAB_BROWSER is set to ${chosen}, which does not start: set it to the path of a Chromium or Chrome, or unset it.`
      : 'No Chromium starts here and none could be installed: install Chromium or Chrome, or set LAB_BROWSER to its path.',
  );
  process.exitCode = 1;
} else {
  if (!process.env.LAB_BROWSER && onPath(shellNames).length === 0) installs(shellNames[0]);
  if (firefoxPath() === null && !installs('firefox-esr'))
    console.error('No Firefox is here and none could be installed: its tests are skipped. LAB_FIREFOX may name one.');
}
