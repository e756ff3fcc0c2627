/** The webgpu engine against the sparse engine, in a browser's worker on software graphics. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import type { Case } from './harness/graphics.ts';
import type { Reply, Request } from './harness/worker.ts';

const softwareGraphics = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser(softwareGraphics);
  page = await browser.newPage();
  await page.goto(inject('harness'));
  await page.waitForFunction(() => 'ask' in globalThis);
});
afterAll(() => browser.close());

const ask = (request: Request): Promise<Reply> =>
  page.evaluate((question) => (globalThis as unknown as { ask(request: Request): Promise<Reply> }).ask(question), request);

const usual: Case = {
  ...{ hidden: [24, 16], activation: 'relu', optimizer: 'sgd', masks: 100, batch: 6 },
  ...{ input: { height: 6, width: 7, channels: 1 }, kind: 'bytes' },
};

const cases: readonly Case[] = [
  ...(['relu', 'tanh'] as const).flatMap((activation) =>
    (['sgd', 'momentum', 'adam'] as const).flatMap((optimizer) =>
      [100, 50, 21, 5].map((masks): Case => ({ ...usual, activation, optimizer, masks })),
    ),
  ),
  // Batches that are no multiple of any tile, and layers that are not either.
  ...[1, 33, 70, 150].map((batch): Case => ({ ...usual, batch, hidden: [37, 11], masks: batch % 2 === 0 ? 21 : 60 })),
  ...(['rows', 'frozen'] as const).flatMap((masks) =>
    (['momentum', 'adam'] as const).map((optimizer): Case => ({ ...usual, masks, optimizer })),
  ),
  { ...usual, kind: 'floats', input: { height: 2, width: 3, channels: 2 } },
  { ...usual, input: { height: 3, width: 3, channels: 3 }, hidden: [], optimizer: 'momentum' },
];

const nameOf = ({ hidden, activation, optimizer, masks, batch, kind }: Case): string =>
  `${hidden.join('-')} ${activation}, ${optimizer}, ${masks}${typeof masks === 'number' ? ' percent' : ''}, batches of ${batch}, ${kind}`;

describe('steps, measurements and gradients are those of the sparse engine', () => {
  it.each(cases.map((one, index) => ({ one, name: `${index}: ${nameOf(one)}` })))('$name', async ({ one }) => {
    const reply = await ask({ compare: one });
    if (!('distances' in reply)) throw new Error(JSON.stringify(reply));
    const { loss, weights, moments, gradients, accuracy, measuredLoss, learned, finiteLosses } = reply.distances;
    expect(finiteLosses).toBe(100);
    expect(loss).toBeLessThan(1e-5);
    // Adam divides by the gradient's own size: where that is next to nothing, its last digit is as good as its first.
    expect(weights).toBeLessThan(one.optimizer === 'adam' ? 2e-4 : 1e-6);
    expect(moments).toBeLessThan(2e-5);
    expect(gradients).toBeLessThan(1e-6);
    expect(accuracy).toBeLessThan(0.004);
    expect(measuredLoss).toBeLessThan(1e-5);
    if (one.masks !== 'rows') expect(learned).toBeLessThan(1);
  });
});
