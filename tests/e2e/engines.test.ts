/** Who trains: the engine that somebody chose, or the fastest. Software graphics are no GPU. */
import { describe, expect, it } from 'vitest';
import { quick } from './support/recipes.ts';
import { useSite } from './support/site.ts';

describe('in a browser without a GPU', () => {
  const site = useSite();

  it('trains on sparse by itself, and on WASM where somebody says so, remembered at the next visit', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    await lab.runAll();
    expect(await lab.engine.shown()).toBe('sparse');

    await lab.openRecipe({ ...quick, name: 'WASM', pruning: { levels: 2 } });
    await lab.engine.choose(/WASM/);
    await lab.runAll(60_000);
    expect(await lab.engine.shown()).toBe('tfjs · wasm');
    const tickets = await lab.tickets();
    expect(tickets).toHaveLength(3);
    expect(tickets.every(({ accuracy }) => accuracy !== null && accuracy > 80)).toBe(true);
    await lab.sessions.expectSaved();
    await lab.reload();
    expect(await lab.engine.shown()).toBe('tfjs · WASM');
  });

  it('says why an engine that is not here cannot be used, and trains again on another', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    await lab.engine.choose(/WebGPU/);
    await lab.run();
    await lab.expectAlert(/The webgpu backend does not start on this machine\. Choose another engine/);
    await lab.engine.choose(/^automatic/);
    await lab.runAll();
    await lab.expectNoAlert();
  });
});

describe('in a browser whose WebGPU is software', () => {
  const site = useSite(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan']);

  it('still trains on sparse by itself', async () => {
    const lab = await site.visit();
    const hasAdapter = await lab.page.evaluate(async () => (await navigator.gpu.requestAdapter()) !== null);
    expect(hasAdapter, 'the switches give an adapter').toBe(true);
    await lab.openRecipe(quick);
    await lab.runAll();
    expect(await lab.engine.shown()).toBe('sparse');
  });

  it('says so where the adapter has no numbers of 16 bits', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    await lab.engine.choose(/16 bit/);
    await lab.run();
    await lab.expectAlert(/This graphics processor has no 16-bit numbers for programs\. Choose another engine, such as webgpu/);
  });
});
