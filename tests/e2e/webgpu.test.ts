/** The lab's own engine on a graphics processor, here a software one: chosen, tested from its menu, and taken away. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Page } from 'playwright';
import type { SelfTest } from '../../src/worker/self-test.ts';
import { slow } from './support/recipes.ts';
import { useSite } from './support/site.ts';
import { firstInWorkers } from './support/workers.ts';

const site = useSite(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan']);

/** Lets the test get hold of the devices that the lab's workers open. */
const keepDevices = (page: Page): Promise<unknown> =>
  firstInWorkers(page, () => {
    const scope = globalThis as unknown as { devices: GPUDevice[] };
    scope.devices = [];
    const requestDevice = Reflect.get<GPUAdapter, 'requestDevice'>(GPUAdapter.prototype, 'requestDevice');
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      const device = await requestDevice.call(this, descriptor);
      scope.devices.push(device);
      return device;
    };
  });

it('trains where somebody says so, names the card, and goes on when the card is lost', async () => {
  const lab = await site.visit({ before: keepDevices });
  // A card that is a program has enough to do with that.
  const training = { batchSize: 64, steps: 1000, evaluateEvery: 500 };
  await lab.openRecipe({ ...slow, name: 'On the card', training, pruning: { levels: 1 }, arms: ['ticket'] });
  await lab.engine.choose(/^webgpu our/);
  await lab.run();
  await expect.poll(() => lab.engine.shown(), { timeout: 60_000 }).toBe('webgpu');
  await expect.poll(() => lab.engine.card(), { timeout: 60_000 }).toMatch(/swiftshader: .+ steps\/s/);
  for (const worker of lab.page.workers()) {
    await worker.evaluate(() => (globalThis as unknown as { devices?: GPUDevice[] }).devices?.at(-1)?.destroy()).catch(() => undefined);
  }
  await lab.expectAlert(/The GPU was lost while .+ was training\. The level has begun again on a new device/);
  await lab.expectComplete(100_000);
  expect(await lab.engine.shown()).toBe('webgpu');
  const tickets = await lab.tickets();
  expect(tickets.every(({ accuracy }) => accuracy !== null && accuracy > 80)).toBe(true);
});

it('tests the device from the engine menu, and hands the result out as a file', async () => {
  const lab = await site.visit();
  const saved = await lab.engine.testDevice();
  const { adapter, passed, parity, speed } = JSON.parse(readFileSync(saved, 'utf8')) as SelfTest;
  expect(adapter).toMatch(/swiftshader/);
  expect(passed).toBe(true);
  // This adapter has no numbers of 16 bits.
  expect(parity.map(({ engine, layers }) => `${engine} ${layers}`)).toEqual([
    ...Array.from({ length: 6 }, () => 'webgpu dense'),
    ...Array.from({ length: 2 }, () => 'webgpu convolution'),
  ]);
  expect(speed.every(({ stepsPerSecond }) => stepsPerSecond > 0)).toBe(true);
});
