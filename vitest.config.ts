import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Projects run one after another. */
const inOrder = (groupOrder: number) => ({ sequence: { groupOrder } });

/** Files that replace a module by another, which must not be loaded yet. */
const mocking = ['tests/unit/**/*.mocking.test.ts'];

/**
 * Modules are read once a worker, not once a file: they keep no state that matters to another file. All cores are taken, of
 * which Vitest would leave one idle: that is half of the smallest machine.
 */
const unit = { environment: 'node', testTimeout: 20_000, isolate: false, maxWorkers: '100%', ...inOrder(0) } as const;

/** A browser is driven from the test: each file starts its own, which takes a while and needs a core. */
const inBrowser = { environment: 'node', maxWorkers: 2, testTimeout: 120_000, hookTimeout: 240_000 } as const;

/** The built lab in a browser. */
const endToEnd = { ...inBrowser, isolate: false, expect: { poll: { timeout: 10_000 } } } as const;

/** How soon the lab answers and how often it draws is measured here: nothing else may keep the processor busy. Processor time is counted there, too: tasks of a page take twice as much of it beside others. */
const timed = ['control', 'heavy-links', 'mnist', 'motion'].map((name) => `tests/e2e/${name}.test.ts`);

export default defineConfig({
  // Runes are compiled as the page runs them, so that state classes are reactive in Node too.
  plugins: [svelte({ dynamicCompileOptions: () => ({ generate: 'client' }) })],
  test: {
    projects: [
      {
        extends: true,
        // Of packages, too, what a page would get.
        ssr: { resolve: { conditions: [...defaultClientConditions] } },
        test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], exclude: mocking, ...unit },
      },
      { extends: true, test: { name: 'unit-mocking', include: mocking, ...unit, isolate: true } },
      { extends: true, test: { name: 'fuzz', include: ['tests/fuzz/**/*.test.ts'], ...unit } },
      {
        extends: true,
        test: {
          name: 'parity',
          include: ['tests/parity/**/*.test.ts'],
          globalSetup: 'tests/parity/harness/serve.ts',
          ...inBrowser,
          ...inOrder(1),
        },
      },
      { extends: true, test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], exclude: timed, ...endToEnd, ...inOrder(2) } },
      { extends: true, test: { name: 'timing', include: timed, ...endToEnd, ...inOrder(3), maxWorkers: 1 } },
    ],
  },
});
