import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** A browser is driven from the test: slow to start, one at a time. */
const inBrowser = { environment: 'node', fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  // Runes are compiled as the page runs them, so that state classes are reactive in Node too.
  plugins: [svelte({ dynamicCompileOptions: () => ({ generate: 'client' }) })],
  test: {
    projects: [
      {
        extends: true,
        // Of packages, too, what a page would get.
        ssr: { resolve: { conditions: [...defaultClientConditions] } },
        test: { name: 'unit', environment: 'node', include: ['tests/unit/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: { name: 'parity', include: ['tests/parity/**/*.test.ts'], globalSetup: 'tests/parity/harness/serve.ts', ...inBrowser },
      },
      { extends: true, test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], ...inBrowser, expect: { poll: { timeout: 10_000 } } } },
    ],
  },
});
