/** Somebody comes for the first time: something trains without a click, and little was downloaded for it. */
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { useSite } from './support/site.ts';

const site = useSite();

interface FetchedFile {
  readonly path: string;
  readonly gzippedBytes: number;
  readonly mentionsTensors: boolean;
}

/** Files that a page and its workers fetch, each with its bytes as a host would send them. */
function recordFiles(page: Page): Promise<FetchedFile>[] {
  const files: Promise<FetchedFile>[] = [];
  page.context().on('response', (response) => {
    // What the service worker fetches in the background, for a visit without a network, nobody waits for.
    if (response.request().serviceWorker() !== null) return;
    const path = response.url().slice(site.url.length);
    const file = response.body().then((body) => ({
      path,
      gzippedBytes: gzipSync(body).length,
      mentionsTensors: /\b(registerKernel|registerBackend|KernelBackend)\b/.test(body.toString()),
    }));
    // One that still comes when the test has seen enough and leaves the page is asked for by nobody.
    file.catch(() => undefined);
    files.push(file);
  });
  return files;
}

describe('a first visit', () => {
  it('trains something without a click, with less than 190 kB over the wire and no tensor library', async () => {
    let recorded: Promise<FetchedFile>[] = [];
    const lab = await site.visit({
      isFirst: true,
      before: (page) => Promise.resolve((recorded = recordFiles(page))),
      reducedMotion: 'no-preference',
    });
    await expect.poll(() => lab.finishedLevels()).toBeGreaterThan(0);
    expect(await lab.engine.shown()).toBe('sparse');
    const files = await Promise.all(recorded);
    expect(files.map(({ path }) => path)).toContainEqual(expect.stringMatching(/^assets\/lab\.worker-.*\.js$/));
    expect(files.filter(({ path, mentionsTensors }) => mentionsTensors || /\.wasm$|^datasets\//.test(path))).toEqual([]);
    // A second worker has its files from the browser, which asks the host for each once: only the reports of it are two.
    const sizes = new Map(files.map(({ path, gzippedBytes }) => [path, gzippedBytes]));
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(190_000);
    // Bodies were read: an empty list would pass all of the above.
    expect(bytes).toBeGreaterThan(50_000);
  });

  it('says what it shows, and puts MNIST one click away', async () => {
    const lab = await site.visit({ isFirst: true });
    await expect.poll(() => lab.stage.getByText(/two spirals/).isVisible()).toBe(true);
    await lab.stage.getByRole('button', { name: 'Run it on MNIST' }).click();
    await lab.sessions.expectCurrent('LeNet-300-100 on MNIST, quick');
    await lab.expectTraining(0, 30_000);
  });

  it('asks for nothing outside the folder it was put in', async () => {
    const strays: string[] = [];
    const lab = await site.visit({
      isFirst: true,
      before: (page) =>
        Promise.resolve(
          page.context().on('request', (request) => {
            // Text that the page itself made, of which workers start, is asked of nobody.
            const isOwnText = request.url().startsWith(`blob:${new URL(site.url).origin}/`);
            if (!isOwnText && !request.url().startsWith(site.url)) strays.push(request.url());
          }),
        ),
    });
    await expect.poll(() => lab.finishedLevels()).toBeGreaterThan(0);
    expect(strays).toEqual([]);
  });

  it.each([
    [1440, 900],
    [1024, 768],
  ])('shows graph and boundaries at once on %i × %i: nothing has to be scrolled to', async (width, height) => {
    const lab = await site.visit({ isFirst: true, before: (page) => page.setViewportSize({ width, height }) });
    await lab.page.getByRole('img', { name: /^Decision boundary of dense/ }).waitFor();
    expect(await lab.page.getByRole('button', { name: 'Run it on MNIST' }).isVisible()).toBe(true);
    // The engine is open, and the line that says that it is being opened is gone.
    await expect.poll(() => lab.finishedLevels()).toBeGreaterThan(0);
    const hidden = await lab.stage.evaluate((stage) => stage.scrollHeight - stage.clientHeight);
    expect(hidden).toBe(0);
  });
});
