import { createReadStream, existsSync } from 'node:fs';
import { cp, stat } from 'node:fs/promises';
import { extname, join, normalize, resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const datasets = resolve(import.meta.dirname, 'datasets');

/** Of a data set's folder, what the lab reads; converters and provenance stay behind. */
const isServed = (path: string): boolean => extname(path) === '.bin' || path === join(datasets, 'manifest.json');

/** Packed data beside the app: served from datasets/ while developing, copied into the build. */
function packedData(): Plugin {
  let outDir = 'dist';
  return {
    name: 'packed-data',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    configureServer(server) {
      server.middlewares.use('/datasets', (request, response, next) => {
        const path = join(datasets, normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)));
        if (!isServed(path) || !existsSync(path)) {
          next();
          return;
        }
        response.setHeader('Content-Type', path.endsWith('.json') ? 'application/json' : 'application/octet-stream');
        createReadStream(path).pipe(response);
      });
    },
    async writeBundle() {
      await cp(datasets, join(outDir, 'datasets'), {
        recursive: true,
        filter: async (path) => isServed(path) || (await stat(path)).isDirectory(),
      });
    },
  };
}

/** The page stays small: a tensor library in one of its own chunks fails the build (workers are bundled apart from it). */
function pageWithoutTensorLibraries(): Plugin {
  return {
    name: 'page-without-tensor-libraries',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue;
        const library = output.moduleIds.find((id) => id.includes('/@tensorflow/'));
        if (library !== undefined) this.error(`${output.fileName} is loaded by the page and contains ${library}`);
      }
    },
  };
}

/** The development server injects inline styles and scripts, which the built page's policy forbids. */
function policyOnlyWhenBuilt(): Plugin {
  return {
    name: 'policy-only-when-built',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
  };
}

export default defineConfig({
  base: './',
  plugins: [svelte(), packedData(), pageWithoutTensorLibraries(), policyOnlyWhenBuilt()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Every asset is a file: the content-security policy admits no data: fetches.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4096,
  },
});
