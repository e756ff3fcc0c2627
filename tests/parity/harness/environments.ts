/** Where the table of fingerprints must be found: under every compiler of Node, Chromium and Firefox, and with any number of workers. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openPool } from '../../../src/worker/pool.ts';
import { spawnThread } from '../../../src/worker/node.ts';
import { launchBrowser } from '../../support/browser.ts';
import { conductedBy, type Rows } from '../../support/experiments.ts';
import { launchFirefox } from '../../support/firefox.ts';
import type { FingerprintTable } from './fingerprints.ts';
import { switchesOf, type Ran, type Tiers } from './tiers.ts';
import type { Reply, Request } from './worker.ts';

/** Throws where others than the wanted compilers did the work: a switch had no effect. */
export function requireTiers({ kernels, scripts }: Tiers, ran: Ran | null): void {
  const wanted: Ran = { kernels: [kernels], scripts: [scripts] };
  if (JSON.stringify(ran) === JSON.stringify(wanted)) return;
  if (ran === null) throw new Error('nobody watched whose code ran');
  throw new Error(`kernels ran in ${ran.kernels.join(', ')}, scripts in ${ran.scripts.join(', ')}, not in ${kernels} and ${scripts}`);
}

/** The table as a process of Node finds it, with code of these compilers alone; null: as it comes, when kernels change compilers in the middle of a run. */
export async function inNode(tiers: Tiers | null): Promise<FingerprintTable> {
  const args = ['--allow-natives-syntax', ...(tiers === null ? [] : switchesOf(tiers)), '--import', 'tsx'];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, join(import.meta.dirname, 'node-table.ts')]);
  const { value, ran } = JSON.parse(stdout) as { readonly value: FingerprintTable; readonly ran: Ran };
  if (tiers !== null) requireTiers(tiers, ran);
  else if (ran.kernels.join() !== 'liftoff,turbofan') throw new Error(`kernels ran in ${ran.kernels.join(', ')} alone`);
  return value;
}

/** By the lab's own pool of so many threads. */
export const byThreads = (workers: number): Promise<Rows> =>
  conductedBy((setup, listener) => openPool(spawnThread, workers, setup, listener), workers);

/** What the harness's page offers, whose scripts have run once it has loaded. */
interface Harness {
  readonly ask: (request: Request) => Promise<Reply>;
  readonly conduct: (workers: number) => Promise<Rows>;
}

const ask = (request: Request): Promise<Reply> => (globalThis as unknown as Harness).ask(request);
const conduct = (workers: number): Promise<Rows> => (globalThis as unknown as Harness).conduct(workers);

/** The harness's page in a browser of its own. */
export interface Visit extends Harness {
  readonly close: () => Promise<void>;
}

/** `harness`: address of its page. */
export async function visitChromium(harness: string, tiers: Tiers | null = null): Promise<Visit> {
  const switches = tiers === null ? [] : [`--js-flags=${['--allow-natives-syntax', ...switchesOf(tiers)].join(' ')}`];
  const browser = await launchBrowser(switches);
  const page = await browser.newPage();
  await page.goto(harness);
  return {
    ask: (request) => page.evaluate(ask, request),
    conduct: (workers) => page.evaluate(conduct, workers),
    close: () => browser.close(),
  };
}

/** Which of Firefox's compilers of WebAssembly may work: the quick one, and the one that optimises. */
export interface FirefoxTiers {
  readonly baseline: boolean;
  readonly optimizing: boolean;
}

/** `path`: of the browser. */
export async function visitFirefox(path: string, harness: string, { baseline, optimizing }: FirefoxTiers): Promise<Visit> {
  const browser = await launchFirefox(path, {
    'javascript.options.wasm_baselinejit': baseline,
    'javascript.options.wasm_optimizingjit': optimizing,
  });
  const page = await browser.newPage();
  await page.goto(harness);
  return {
    ask: (request) => page.evaluate(ask, request),
    conduct: (workers) => page.evaluate(conduct, workers),
    close: () => browser.close(),
  };
}

/** The table as a worker of the harness finds it, with code of these compilers alone where they are told. */
export async function inWorker({ ask }: Visit, harness: string, tiers: Tiers | null = null): Promise<FingerprintTable> {
  const reply = await ask({ fingerprints: { data: `${harness}datasets/`, watch: tiers !== null } });
  if (!('fingerprints' in reply)) throw new Error(JSON.stringify(reply));
  if (tiers !== null) requireTiers(tiers, reply.ran);
  return reply.fingerprints;
}
