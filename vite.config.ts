import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { cp, stat } from 'node:fs/promises';
import { extname, join, normalize, resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

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
        if (holdsTensors(output.moduleIds)) this.error(`${output.fileName} is loaded by the page and contains a tensor library`);
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

/** Chunks of a worker that hold a tensor library go to a folder of their own: they are fetched, and kept, only when used. */
const tensorFolder = 'assets/tensor';
const holdsTensors = (moduleIds: readonly string[]): boolean => moduleIds.some((id) => id.includes('/@tensorflow/'));

/** Changes with the data: a cached file of an older data set would be refused by its hash. */
const dataCache = `data-${createHash('sha256')
  .update(readFileSync(join(datasets, 'manifest.json')))
  .digest('hex')
  .slice(0, 8)}`;

/** Works without a network after the first visit: the app at once, data and tensor libraries once they were used. */
const offline = VitePWA({
  // A new build waits for the user: it must not reload the page in the middle of a run.
  registerType: 'prompt',
  injectRegister: false,
  manifest: {
    name: 'Lottery Ticket Lab',
    short_name: 'Ticket Lab',
    description: 'A laboratory for the Lottery Ticket Hypothesis: train, prune and rewind real networks on your own machine.',
    id: './',
    start_url: './',
    scope: './',
    display: 'standalone',
    background_color: '#f6f5f1',
    theme_color: '#f6f5f1',
    categories: ['education', 'science'],
    icons: [
      { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  },
  workbox: {
    globPatterns: ['**/*.{js,css,html,svg,json,png}'],
    globIgnores: [`${tensorFolder}/**`, 'examples/**', 'social.png'],
    // The page that is open when the app is first kept is served by it, too: the data it loads next are then kept.
    clientsClaim: true,
    runtimeCaching: [
      { urlPattern: /\/examples\//, handler: 'CacheFirst', options: { cacheName: 'examples' } },
      { urlPattern: /\/datasets\/.+\.bin$/, handler: 'CacheFirst', options: { cacheName: dataCache } },
      {
        urlPattern: /\/assets\/(tensor\/|tfjs-backend-wasm)/,
        handler: 'CacheFirst',
        options: { cacheName: 'tensor-libraries', expiration: { maxEntries: 40 } },
      },
    ],
  },
});

/** Social previews want absolute addresses; a build for a known host is told its own in LAB_URL. */
function ownAddress(): Plugin {
  return {
    name: 'own-address',
    transformIndexHtml: (html) => html.replaceAll('%LAB_URL%', process.env.LAB_URL ?? './'),
  };
}

export default defineConfig({
  base: './',
  plugins: [svelte(), packedData(), pageWithoutTensorLibraries(), policyOnlyWhenBuilt(), ownAddress(), offline],
  define: { 'import.meta.env.VITE_DATA_CACHE': JSON.stringify(dataCache) },
  worker: {
    format: 'es',
    rolldownOptions: {
      output: {
        chunkFileNames: ({ moduleIds }) => `${holdsTensors(moduleIds) ? tensorFolder : 'assets'}/[name]-[hash].js`,
      },
    },
  },
  build: {
    target: 'es2022',
    // Every asset is a file: the content-security policy admits no data: fetches.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What the first visit needs is one file: cut up by who else uses it, it would compress worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } } },
    chunkSizeWarningLimit: 4096,
  },
});
