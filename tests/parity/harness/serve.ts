/** Builds and serves the harness, once for all tests against browsers. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { serve, type Served } from '../../support/server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the harness's page is. */
    readonly harness: string;
  }
}

const root = join(import.meta.dirname, '../../..');
/** What experiments read. */
const data = ['manifest.json', 'digits'];

export async function serveHarness(): Promise<Served> {
  const folder = join(root, 'build/parity');
  await build({
    configFile: false,
    root: import.meta.dirname,
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, minify: false, chunkSizeWarningLimit: 10_000 },
  });
  for (const name of data) await cp(join(root, 'datasets', name), join(folder, 'datasets', name), { recursive: true });
  return serve(folder);
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const served = await serveHarness();
  project.provide('harness', served.url);
  return () => served.close();
}
