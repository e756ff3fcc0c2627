/**
 * The engines that train on a graphics processor, in a headless Chromium whose adapter is software: what they cost there
 * says little of a real card, but who asks less of it, and who gives it its work more cheaply, shows.
 */
import { join } from 'node:path';
import { build } from 'vite';
import { launchBrowser } from '../../tests/support/browser.ts';
import { serve } from '../../tests/support/server.ts';
import { median } from './contender.ts';
import type { Chosen, Done, Order } from './page/worker.ts';
import { watchBrowser } from './processes.ts';

const softwareGraphics = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

const contenders: readonly Chosen[] = [
  ...[1, 2, 4, 8].map((networks): Chosen => ({ engine: 'webgpu', net: 'lenet-300-100', networks, density: 1 })),
  ...[0.21, 0.05].map((density): Chosen => ({ engine: 'webgpu', net: 'lenet-300-100', networks: 8, density })),
  { engine: 'tfjs-webgpu', net: 'lenet-300-100', networks: 8, density: 1 },
  { engine: 'jax-js-webgpu', net: 'lenet-300-100', networks: 8, density: 1 },
  ...[1, 8, 32].map((networks): Chosen => ({ engine: 'webgpu', net: 'mlp-32-16', networks, density: 1 })),
  ...[1, 0.21, 0.05].map((density): Chosen => ({ engine: 'webgpu', net: 'conv-8-16', networks: 4, density })),
  { engine: 'tfjs-webgpu', net: 'conv-8-16', networks: 4, density: 1 },
];

export interface GraphicsRow extends Chosen {
  /** Median turn, by the wall clock, and the fastest: milliseconds of one step of one network. */
  readonly msPerStep: number;
  readonly bestMsPerStep: number;
  /** Processor time of that: of what plays graphics card, and of the worker that gives it the work. Null where unknown. */
  readonly graphicsMsPerStep: number | null;
  readonly workerMsPerStep: number | null;
}

const TURNS = 5;
/** Milliseconds that a turn should take, and the steps of each network that it is made of. */
const TURN_MS = 1500;
const MOST_STEPS = 200;

export async function raceGraphics(
  say: (line: string) => void,
): Promise<{ readonly adapter: string; readonly rows: readonly GraphicsRow[] }> {
  const folder = join(import.meta.dirname, '../../build/bench');
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'page'),
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, minify: false, chunkSizeWarningLimit: 10_000 },
  });
  const served = await serve(folder);
  const browser = await launchBrowser(softwareGraphics);
  try {
    const page = await browser.newPage();
    await page.goto(served.url);
    await page.waitForFunction(() => 'isReady' in globalThis);
    const ask = (which: 'begin' | 'ask', order: Order): Promise<Done> =>
      page.evaluate(([name, what]) => (globalThis as unknown as Record<typeof name, (order: Order) => Promise<Done>>)[name](what), [
        which,
        order,
      ] as const);
    const train = async (steps: number): Promise<number> => {
      const done = await ask('ask', { train: steps });
      return 'ms' in done ? done.ms : NaN;
    };
    let adapter = '';
    const rows: GraphicsRow[] = [];
    for (const chosen of contenders) {
      say(`${chosen.engine}, ${chosen.net}, ${chosen.networks} networks, ${100 * chosen.density} % kept …`);
      const opened = await ask('begin', { open: chosen });
      if ('adapter' in opened && opened.adapter !== '') ({ adapter } = opened);
      // The first steps compile, and find out how many make up a submit.
      await train(2);
      await train(8);
      const steps = Math.max(2, Math.min(MOST_STEPS, Math.round(TURN_MS / ((await train(4)) / 4))));
      const time = watchBrowser();
      const turns: { readonly wall: number; readonly graphics: number; readonly worker: number }[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        const before = time?.() ?? { graphics: NaN, worker: NaN };
        const each = 1 / (steps * chosen.networks);
        const wall = (await train(steps)) * each;
        const after = time?.() ?? before;
        turns.push({ wall, graphics: (after.graphics - before.graphics) * each, worker: (after.worker - before.worker) * each });
      }
      const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
      rows.push({
        ...chosen,
        msPerStep: median(turns.map(({ wall }) => wall)),
        bestMsPerStep: Math.min(...turns.map(({ wall }) => wall)),
        graphicsMsPerStep: known(median(turns.map(({ graphics }) => graphics))),
        workerMsPerStep: known(median(turns.map(({ worker }) => worker))),
      });
    }
    return { adapter, rows };
  } finally {
    await browser.close();
    await served.close();
  }
}

/** One line a contender. */
export function graphicsTable(rows: readonly GraphicsRow[]): string {
  const figures = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(3))));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = ['engine', 'network', 'networks', 'kept', 'network-steps/s', 'ms', 'fastest ms', 'graphics CPU ms', 'worker CPU ms'];
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(({ engine, net, networks, density, msPerStep, bestMsPerStep, graphicsMsPerStep, workerMsPerStep }) =>
      line([
        ...[engine, net, String(networks), `${figures(100 * density)} %`, figures(1000 / msPerStep)],
        ...[msPerStep, bestMsPerStep, graphicsMsPerStep, workerMsPerStep].map(figures),
      ]),
    ),
  ].join('\n');
}
