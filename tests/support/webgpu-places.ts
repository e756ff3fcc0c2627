/** Where the webgpu engine is asked: a worker of headless Chromium and, where the optional package is installed, Node. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { WebgpuReply, WebgpuRequest } from '../parity/harness/webgpu-questions.ts';
import { launchBrowser } from './browser.ts';
import { softwareGpu } from './dawn.ts';

export interface Place {
  ask(request: WebgpuRequest): Promise<WebgpuReply | { readonly error: string }>;
  close(): Promise<void>;
}

const softwareGraphics = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

async function openChromium(): Promise<Place> {
  const browser = await launchBrowser(softwareGraphics);
  const page = await browser.newPage();
  await page.goto(inject('harness'));
  await page.waitForFunction(() => 'ask' in globalThis);
  return {
    ask: (request) =>
      page.evaluate(
        (question) => (globalThis as unknown as { ask(request: WebgpuRequest): ReturnType<Place['ask']> }).ask(question),
        request,
      ),
    close: () => browser.close(),
  };
}

const openNode = (env: NodeJS.ProcessEnv) => async (): Promise<Place> => {
  const child = fork(join(import.meta.dirname, '../parity/harness/node.ts'), {
    env,
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  await once(child, 'message');
  return {
    async ask(request) {
      child.send(request);
      const [reply] = (await once(child, 'message')) as [Awaited<ReturnType<Place['ask']>>];
      return reply;
    },
    async close() {
      child.kill();
      await once(child, 'exit');
    },
  };
};

const env = softwareGpu();
if (env === null) console.warn('webgpu is not tested in Node here: npm install --no-save webgpu, beside a Chromium, makes it so.');

export const places: readonly { readonly place: string; readonly open: () => Promise<Place> }[] = [
  { place: 'Chromium', open: openChromium },
  ...(env === null ? [] : [{ place: 'Node', open: openNode(env) }]),
];
