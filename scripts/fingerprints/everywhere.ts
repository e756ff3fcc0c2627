/** Every run of the table in every environment: equal or different. */
import { byThreads, inNode, inWorker, visitChromium, visitFirefox, type Visit } from '../../tests/parity/harness/environments.ts';
import { serveHarness } from '../../tests/parity/harness/serve.ts';
import { table } from '../../tests/parity/harness/table.ts';
import type { KernelTier, ScriptTier, Tiers } from '../../tests/parity/harness/tiers.ts';
import { MOST_WORKERS, type Rows } from '../../tests/support/experiments.ts';
import { firefoxPath } from '../../tests/support/firefox.ts';

/** A column: what was found there, or why nothing was. */
interface Column {
  readonly title: string;
  readonly found: Rows | Error;
}

const kernelTiers: readonly KernelTier[] = ['liftoff', 'turbofan'];

const tiersWith = (scriptTiers: readonly ScriptTier[]): readonly Tiers[] =>
  kernelTiers.flatMap((kernels) => scriptTiers.map((scripts) => ({ kernels, scripts })));

const titleOf = (tiers: Tiers | null): string =>
  tiers === null ? 'as it comes' : `kernels by ${tiers.kernels}, scripts by ${tiers.scripts}`;

/** Node's own V8 has no Maglev before version 22. */
const nodeScripts: readonly ScriptTier[] = ['ignition', 'sparkplug', 'turbofan'];
const chromiumScripts: readonly ScriptTier[] = ['ignition', 'sparkplug', 'maglev', 'turbofan'];

const counts = Array.from({ length: MOST_WORKERS }, (_, index) => index + 1);
const workersOf = (count: number): string => `${count} worker${count === 1 ? '' : 's'}`;

/** Looks everywhere, says what it found as it goes, and prints the table of all; whether nothing differs. */
export async function everywhere(): Promise<boolean> {
  const columns: Column[] = [];
  const look = async (title: string, find: () => Promise<Rows>): Promise<void> => {
    const found = await find().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    columns.push({ title, found });
    console.log(inWords({ title, found }));
  };
  const visiting = async (title: string, open: () => Promise<Visit>, see: (visit: Visit) => Promise<void>): Promise<void> => {
    try {
      const visit = await open();
      await see(visit).finally(() => visit.close());
    } catch (error) {
      await look(title, () => Promise.reject(error instanceof Error ? error : new Error(String(error))));
    }
  };
  const served = await serveHarness();
  const harness = served.url;
  try {
    for (const tiers of [null, ...tiersWith(nodeScripts)]) await look(`Node, ${titleOf(tiers)}`, async () => (await inNode(tiers)).runs);
    for (const count of counts) await look(`Node, ${workersOf(count)}`, () => byThreads(count));
    for (const tiers of [null, ...tiersWith(chromiumScripts)])
      await visiting(
        'Chromium',
        () => visitChromium(harness, tiers),
        async (visit) => {
          await look(`Chromium, ${titleOf(tiers)}`, async () => (await inWorker(visit, harness, tiers)).runs);
          if (tiers === null) for (const count of counts) await look(`Chromium, ${workersOf(count)}`, () => visit.conduct(count));
        },
      );
    const firefox = firefoxPath();
    if (firefox === null) console.log('Firefox: none here; install firefox-esr or set LAB_FIREFOX');
    else
      for (const [name, tiers] of Object.entries(firefoxTiers))
        await visiting(
          'Firefox',
          () => visitFirefox(firefox, harness, tiers),
          async (visit) => {
            await look(`Firefox, ${name}`, async () => (await inWorker(visit, harness)).runs);
            if (tiers.baseline && tiers.optimizing)
              for (const count of counts) await look(`Firefox, ${workersOf(count)}`, () => visit.conduct(count));
          },
        );
  } finally {
    await served.close();
  }
  console.log(`\n${grid(columns)}`);
  return columns.every(({ found }) => !(found instanceof Error) && differing(found) === 0);
}

const firefoxTiers = {
  'as it comes': { baseline: true, optimizing: true },
  'baseline compiler alone': { baseline: true, optimizing: false },
  'optimising compiler alone': { baseline: false, optimizing: true },
};

const differing = (found: Rows): number => Object.entries(found).filter(([run, hash]) => table.runs[run] !== hash).length;

function inWords({ title, found }: Column): string {
  if (found instanceof Error) return `${title}: ${found.message}`;
  const count = Object.keys(found).length;
  return `${title}: ${count - differing(found)} of ${count} equal`;
}

/** `=` where a run is equal, `X` where it differs, nothing where it is not trained: workers train experiments alone. */
function grid(columns: readonly Column[]): string {
  const runs = Object.keys(table.runs);
  const width = Math.max(...runs.map((run) => run.length));
  const cell = (run: string, { found }: Column): string => {
    if (found instanceof Error) return '!';
    if (!(run in found)) return ' ';
    return found[run] === table.runs[run] ? '=' : 'X';
  };
  return [
    ...columns.map(({ title }, index) => `${String(index + 1).padStart(width + 3)}  ${title}`),
    `${' '.repeat(width)} ${columns.map((_, index) => String(index + 1).padStart(3)).join('')}`,
    ...runs.map((run) => `${run.padEnd(width)} ${columns.map((column) => cell(run, column).padStart(3)).join('')}`),
  ].join('\n');
}
