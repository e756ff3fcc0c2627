/** Workers that end without an error are noticed and replaced; and code in them may do no more than code in the page. */
import { appendFile, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabPage } from './pages/lab-page.ts';
import { firefoxPath, launchFirefox } from '../support/firefox.ts';
import { serve } from '../support/server.ts';
import { quick, slow } from './support/recipes.ts';
import { useSite } from './support/site.ts';
import { endNext, endWorkers, tryInWorker, withLateLocks, workersNamed, type Tried } from './support/workers.ts';

const site = useSite();

async function analyseSharpness(lab: LabPage): Promise<void> {
  const { panel } = lab.evidence;
  await panel.getByRole('group', { name: 'Show as' }).getByRole('button', { name: 'Analyse' }).click();
  await panel.getByRole('combobox', { name: 'Analysis' }).selectOption('Sharpness');
  await panel
    .getByRole('button', { name: /^Analyse( again)?$/ })
    .last()
    .click();
}

describe('a worker that ends by itself', () => {
  it('in the middle of a run is replaced, and its runs are trained again to the same figures', async () => {
    const recipe = { ...slow, training: { batchSize: 64, steps: 4000, evaluateEvery: 1000 }, pruning: { levels: 1 }, arms: ['ticket'] };
    const lab = await site.visit();
    await lab.openRecipe(recipe);
    await lab.run();
    await lab.expectTraining(0, 30_000);
    expect(await endWorkers(lab.page, 'lab')).toBeGreaterThan(0);
    await lab.expectComplete(60_000);
    await lab.expectNoAlert();
    const other = await site.visit();
    await other.openRecipe(recipe);
    await other.runAll(60_000);
    expect(await lab.evidence.figures()).toEqual(await other.evidence.figures());
  });

  it('while it has nothing to do is replaced when there is', async () => {
    const lab = await site.visit();
    await lab.openRecipe({ ...quick, pruning: { levels: 1 } });
    await lab.runAll();
    // As often as not: a run that dies twice is given up, and none has died here.
    for (const levels of ['2', '3', '4']) {
      expect(await endWorkers(lab.page, 'lab')).toBeGreaterThan(0);
      await lab.recipe.setField('levels', levels);
      await lab.runAll();
    }
    await lab.expectNoAlert();
  });

  it.each([
    ['', undefined],
    [', even before it is known to live', withLateLocks],
  ])('each time it is started is said, with the remedy%s', async (_when, before) => {
    const lab = await site.visit({ before });
    await lab.openRecipe({ ...quick, name: 'Doomed' });
    const ended = await endNext(lab.page, 'lab', 2);
    await lab.engine.choose(/sparse/);
    await lab.run();
    await lab.expectAlert(/ended twice|died twice/);
    expect(ended).toHaveLength(2);
    await lab.runAll();
  });

  it('before it has answered a question is asked again', async () => {
    const lab = await site.visit();
    await lab.openRecipe({ ...quick, pruning: { levels: 1 } });
    await lab.runAll();
    const ended = await endNext(lab.page, 'analysis', 1);
    await analyseSharpness(lab);
    await lab.evidence.panel.getByText(/The loss bends most by/).waitFor();
    expect(ended).toHaveLength(1);
  });

  it('that studies runs is replaced at the next one', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    await lab.runAll();
    await lab.sessions.expectSaved();
    const ended = await endNext(lab.page, 'study', 1);
    await lab.reload();
    // Three levels of 80 %: what is left of the layer, drawn.
    await expect.poll(async () => Math.min(...(await lab.maskInk()))).toBeGreaterThan(0.5);
    await expect.poll(() => ended.length).toBe(1);
    for (const level of [1, 2]) await lab.page.getByRole('list', { name: 'Levels' }).getByRole('button').nth(level).click();
    await expect.poll(async () => (await workersNamed(lab.page, 'study')).length).toBe(1);
    await lab.expectNoAlert();
  });
});

/** The built lab whose workers try what they may not when they are asked over a channel; for browsers that evaluate nothing in workers. */
async function withTrials(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-'));
  await cp('dist', folder, { recursive: true });
  const [file] = (await readdir(join(folder, 'assets'))).filter((name) => name.startsWith('lab.worker-'));
  await appendFile(
    join(folder, 'assets', file),
    `\n;{ const trials = new BroadcastChannel('trials'); trials.addEventListener('message', ({ data }) => (${tryInWorker.toString()})(data).then((tried) => trials.postMessage(tried))); }\n`,
  );
  const served = await serve(folder);
  return { url: served.url, close: () => served.close().then(() => rm(folder, { recursive: true })) };
}

/** Where any page may read. */
let foreign: Server;
let foreignUrl = '';
beforeAll(async () => {
  foreign = createServer((_request, response) => response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('read'));
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  foreignUrl = `http://localhost:${(foreign.address() as AddressInfo).port}/`;
});
afterAll(() => foreign.close());

const guarded: Tried = { eval: 'EvalError', Function: 'EvalError', foreign: 'TypeError', own: 'ran' };

describe('on a host that sends no headers', () => {
  it('compiles no text and reaches no other host in any worker', async () => {
    const lab = await site.visit({ expectedErrors: /Content Security Policy/ });
    const tried = new Map<string, Tried>();
    const tryIn = async (worker: Worker): Promise<void> => {
      const name = await worker.evaluate(() => self.name);
      tried.set(name, await worker.evaluate(tryInWorker, [foreignUrl, `${site.url}robots.txt`] as const));
    };
    // Some end while they are asked; of each kind one answers.
    lab.page.on('worker', (worker: Worker) => void tryIn(worker).catch(() => undefined));
    await lab.openRecipe({ ...quick, pruning: { levels: 1 } });
    await lab.runAll();
    await lab.sessions.expectSaved();
    await lab.reload();
    await lab.runKey.waitFor();
    await analyseSharpness(lab);
    await expect.poll(() => [...tried.keys()].sort(), { timeout: 20_000 }).toEqual(['analysis', 'lab', 'study']);
    for (const [name, outcome] of tried) expect(outcome, name).toEqual(guarded);
  });

  const path = firefoxPath();
  it.skipIf(path === null)('neither in Firefox', async () => {
    const host = await withTrials();
    const browser = await launchFirefox(path ?? '');
    try {
      const page = await browser.newPage();
      await page.goto(host.url);
      const tried = await page.evaluate(
        (foreign, own) =>
          new Promise<unknown>((resolve) => {
            const trials = new BroadcastChannel('trials');
            trials.addEventListener('message', ({ data }) => resolve(data));
            // Nobody hears it before the worker is there.
            setInterval(() => trials.postMessage([foreign, own]), 500);
          }),
        foreignUrl,
        `${host.url}robots.txt`,
      );
      expect(tried).toEqual(guarded);
    } finally {
      await browser.close();
      await host.close();
    }
  });
});
