/**
 * Whether two workers take half as long as one: the same experiment by the lab's own pool in Node, and by the built lab in a
 * page that draws what it does, by the wall clock. The runs of one seed wait for its dense network, those of others do not.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { conduct } from '../../src/science/experiment.ts';
import { planOf } from '../../src/science/plan.ts';
import { parseRecipe } from '../../src/science/recipe/parse.ts';
import type { RunOutcome } from '../../src/science/run.ts';
import { packLink } from '../../src/sessions/link.ts';
import { newSession } from '../../src/sessions/session.ts';
import { spawnThread } from '../../src/worker/node.ts';
import { openPool } from '../../src/worker/pool.ts';
import { launchBrowser } from '../../tests/support/browser.ts';
import { serve } from '../../tests/support/server.ts';
import { orderOf, ratioOf, type Ratio } from './ratios.ts';

/** 3 seeds × 2 arms of LeNet-300-100: 3 dense runs, and 6 runs a level. */
const recipe = parseRecipe({
  name: 'Workers',
  task: { dataset: 'mnist', train: 10_000, validation: 1000, test: 2000 },
  model: { family: 'mlp', hidden: [300, 100] },
  training: { steps: 400, evaluateEvery: 50, curveTest: 2000 },
  pruning: { levels: 3 },
  arms: ['ticket', 'random-mask'],
  seeds: [1, 2, 3],
});
const ROUNDS = 5;
const built = join(import.meta.dirname, '../../dist');
const PATIENCE_MS = 300_000;

export interface WorkersRow {
  readonly place: string;
  /** Seconds with one worker and with two, round by round. */
  readonly seconds: readonly [readonly number[], readonly number[]];
  /** How many times as fast two are. */
  readonly gain: Ratio;
}

/** Seconds that the experiment takes so many workers. */
type Take = (workers: number) => Promise<number>;

async function inNode(workers: number): Promise<number> {
  const kept = new Map<string, RunOutcome>();
  const began = performance.now();
  const pool = await openPool(spawnThread, workers, { recipe, engine: 'sparse' }, () => undefined);
  const notebook = {
    find: (key: string) => Promise.resolve(kept.get(key) ?? null),
    keep: (outcome: RunOutcome) => {
      kept.set(outcome.result.key, outcome);
      return Promise.resolve();
    },
  };
  await conduct(planOf(recipe), pool, notebook, () => undefined);
  pool.dispose();
  return (performance.now() - began) / 1000;
}

/** From the press of the key until the page says that all is trained. */
async function inPage(browser: Browser, url: string, hash: string, workers: number): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript((count) => Object.defineProperty(navigator, 'hardwareConcurrency', { value: count }), workers);
  const page = await context.newPage();
  await page.goto(`${url}#${hash}`);
  // So it is called once the link is open.
  const run = page.getByRole('button', { name: 'Run it again' }).first();
  await run.waitFor();
  const began = performance.now();
  await run.click();
  await page
    .getByText(/all \d+ levels are trained/)
    .first()
    .waitFor({ timeout: PATIENCE_MS });
  const seconds = (performance.now() - began) / 1000;
  await context.close();
  return seconds;
}

async function race(place: string, take: Take): Promise<WorkersRow> {
  const seconds: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) for (const side of orderOf(round)) seconds[side].push(await take(side + 1));
  return { place, seconds, gain: ratioOf(seconds[0], seconds[1]) };
}

export async function raceWorkers(say: (line: string) => void): Promise<readonly WorkersRow[]> {
  if (!existsSync(join(built, 'index.html'))) throw new Error('The lab is not built: run `npm run build` first.');
  say('one worker and two, in Node …');
  const node = await race('Node', inNode);
  say('… and in Chromium');
  const served = await serve(built);
  const browser = await launchBrowser();
  try {
    const { hash } = await packLink(newSession(recipe), 65_536, { find: () => Promise.resolve(null) });
    if (hash === null) throw new Error('a recipe fits into a link');
    return [node, await race('Chromium', (workers) => inPage(browser, served.url, hash, workers))];
  } finally {
    await browser.close();
    await served.close();
  }
}

export function workersTable(rows: readonly WorkersRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const median = (times: readonly number[]): string => `${[...times].sort((one, other) => one - other)[times.length >> 1].toFixed(1)} s`;
  const head = ['place', 'one worker', 'two workers', 'two are'];
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(({ place, seconds: [one, two], gain }) =>
      line([place, median(one), median(two), `${gain.median.toFixed(2)}× (${gain.lower.toFixed(2)}–${gain.upper.toFixed(2)})`]),
    ),
  ].join('\n');
}
