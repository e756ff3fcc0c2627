/** Builds and serves the harness, once for all tests against browsers. */
import { join } from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { serve } from '../../support/server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the harness's page is. */
    readonly harness: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = join(import.meta.dirname, '../../../build/parity');
  await build({
    configFile: false,
    root: import.meta.dirname,
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, minify: false, chunkSizeWarningLimit: 10_000 },
  });
  const served = await serve(folder);
  project.provide('harness', served.url);
  return () => served.close();
}
