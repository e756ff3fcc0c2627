/** The tfjs backends against each other: in Node, and all four in a browser's worker on software graphics. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TfjsBackend } from '../../src/engines/probe.ts';
import { launchBrowser } from '../support/browser.ts';
import { cases, train, type CaseName, type Trained } from './harness/cases.ts';
import type { Reply, Request } from './harness/worker.ts';

const names = Object.keys(cases) as CaseName[];
const softwareGraphics = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/** What the others are compared with. */
const reference = {} as Record<CaseName, Trained>;
beforeAll(async () => {
  for (const name of names) reference[name] = await train('cpu', name);
});

function expectAlike(trained: Trained, expected: Trained): void {
  trained.losses.forEach((loss, step) => expect(Math.abs(loss / expected.losses[step] - 1), `loss of step ${step}`).toBeLessThan(1e-4));
  expect(trained.losses).toHaveLength(expected.losses.length);
  expect(trained.losses[expected.losses.length - 1]).toBeLessThan(trained.losses[0]);
  expect(Math.abs(trained.accuracy - expected.accuracy)).toBeLessThan(0.011);
  expect(trained.slope / expected.slope).toBeCloseTo(1, 2);
  expect(trained.curvature / expected.curvature).toBeCloseTo(1, 2);
  expect(trained.strays).toBe(0);
  expect(trained.leaked).toBe(0);
}

describe('in Node', () => {
  it.each(names)('wasm trains as cpu does: %s', async (name) => expectAlike(await train('wasm', name), reference[name]));
});

describe('in a browser', () => {
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

  it('does not take software graphics for a GPU', async () => expect(await ask({ probe: true })).toEqual({ usable: ['wasm', 'cpu'] }));

  describe.each(['cpu', 'wasm', 'webgl', 'webgpu'] as const)('%s', (backend: TfjsBackend) => {
    it.each(names)('trains as cpu in Node does: %s', async (name) => {
      const reply = await ask({ backend, name });
      if (!('trained' in reply)) throw new Error(JSON.stringify(reply));
      expectAlike(reply.trained, reference[name]);
    });
  });

  it.each(['webgpu', 'webgl'] as const)('says so when %s loses its GPU, and can begin again', async (backend) => {
    const reply = await ask({ lose: backend });
    if (!('lost' in reply)) throw new Error(JSON.stringify(reply));
    expect(reply.lost.error).toMatch(/^engine: The GPU was lost/);
    expect(reply.lost.again).toBeGreaterThan(0);
  });
});
