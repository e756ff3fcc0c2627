/** Data files that do not come as they should: named, with the remedy, and read again when asked. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Route } from 'playwright';
import { describe, expect, it } from 'vitest';
import { quick } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

const datasets = join(import.meta.dirname, '../../datasets');
const fromDisk = (file: string): Promise<Buffer> => readFile(join(datasets, file));

/** A few images of MNIST: one file of the pool, one of test examples. */
const mnist = {
  ...quick,
  name: 'Images',
  task: { dataset: 'mnist', train: 500, validation: 100, test: 500 },
  model: { family: 'mlp', hidden: [8] },
  training: { batchSize: 50, steps: 50, evaluateEvery: 25 },
  pruning: { levels: 1 },
};

const withBody = (body: Buffer) => (route: Route) => route.fulfill({ body, contentType: 'application/octet-stream' });
const missing = (route: Route): Promise<void> => route.fulfill({ status: 404 });
const truncated = async (route: Route): Promise<void> => {
  const body = await fromDisk('digits/all.bin');
  await withBody(body.subarray(0, body.length >> 1))(route);
};
const tampered = async (route: Route): Promise<void> => {
  const body = Buffer.from(await fromDisk('digits/all.bin'));
  body[body.length >> 1] ^= 1;
  await withBody(body)(route);
};

const faults = [
  [
    'is not there',
    'digits/all.bin',
    missing,
    quick,
    /digits\/all\.bin could not be loaded \(HTTP 404\).*put the lab's datasets folder back/,
  ],
  [
    'never arrives',
    'digits/all.bin',
    (route: Route) => route.abort(),
    quick,
    /digits\/all\.bin could not be loaded \(.+\).*Check the connection/,
  ],
  ['is cut short', 'digits/all.bin', truncated, quick, /digits\/all\.bin is \d+ bytes long instead of \d+.*Try again/],
  [
    'was tampered with',
    'digits/all.bin',
    tampered,
    quick,
    /digits\/all\.bin is not the one this lab was built with: its SHA-256 is \S+ instead of/,
  ],
  ['is missed in the middle of a run', 'mnist/test.bin', missing, mnist, /mnist\/test\.bin could not be loaded \(HTTP 404\)/],
] as const;

describe('a data file', () => {
  it.each(faults)('that %s is named with the remedy; put right, it can be tried again', async (_what, file, answer, recipe, words) => {
    const address = `**/datasets/${file}`;
    const lab = await site.visit({
      before: (page) => page.context().route(address, answer),
      expectedErrors: /Failed to load resource/,
    });
    await lab.openRecipe(recipe);
    await lab.run();
    await lab.expectAlert(words, 30_000);
    await lab.expectRunKey('Run');

    await lab.page.context().unroute(address);
    await lab.stage.getByRole('button', { name: 'Try again' }).click();
    await lab.expectComplete();
    await lab.expectNoAlert();
  });
});

describe('a missing data file', () => {
  it('stops only what needs it', async () => {
    const lab = await site.visit({
      before: (page) => page.context().route('**/datasets/**', missing),
      expectedErrors: /Failed to load resource/,
    });
    await lab.openRecipe(quick);
    await lab.run();
    await lab.expectAlert(/could not be loaded/);
    await lab.openRecipe({ ...quick, name: 'Moons', task: { dataset: 'moons', train: 500, validation: 100, test: 100 } });
    await lab.runAll();
    await lab.expectNoAlert();
  });
});

describe('the list of ready-made recipes', () => {
  it('says so where it is missing', async () => {
    const lab = await site.visit({
      isFirst: true,
      before: (page) => page.route('**/recipes/*.json', missing),
      expectedErrors: /Failed to load resource/,
    });
    await lab.recipe.panel.getByRole('button', { name: 'Ready-made…' }).click();
    await lab.expectAlert(/recipes\/index\.json is not where it should be \(status 404\)/);
    await lab.page.keyboard.press('Escape');
    await lab.stage.getByRole('button', { name: 'Run it on MNIST' }).click();
    await lab.expectAlert(/recipes\/lenet-quick-mnist\.json is not where it should be/);
    await expect.poll(() => lab.finishedLevels()).toBeGreaterThan(0);
  });
});
