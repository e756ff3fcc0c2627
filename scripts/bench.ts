/**
 * How fast the engines train, side by side on this machine: `npm run bench -- --json FILE`. A step is gather, normalise,
 * forward, backward, optimiser. Engines take short turns, round after round; a table goes to stdout. `--clock cpu` counts
 * processor time instead of the wall clock's, for machines with other work to do. `--part graphics` races only the engines of
 * graphics processors, in a browser; `--part workers` one worker and two, by whole experiments; `--part processor` all others.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createSparseEngine } from '../src/engines/sparse/engine.ts';
import { createTfjsEngine } from '../src/engines/tfjs/engine.ts';
import type { Engine, Need } from '../src/science/trainer.ts';
import { comparisonTable, raceAgainst } from './bench/against.ts';
import { BATCH, randomMask, type Setting } from './bench/common.ts';
import { clock, median, race, type Contender, type Entry } from './bench/contender.ts';
import { graphicsTable, raceGraphics } from './bench/graphics.ts';
import { IMP_NAME, IMP_STEPS, raceImp } from './bench/imp.ts';
import { JaxContender } from './bench/jax.ts';
import { LabContender } from './bench/lab.ts';
import { untilQuiet, Vigil } from './bench/quiet.ts';
import { describeMachine, tableOf, type Row } from './bench/report.ts';
import { convolutional, lenet, openMnist } from './bench/setting.ts';
import { TorchContender } from './bench/torch.ts';
import { raceWorkers, workersTable } from './bench/workers.ts';

const densities = [1, 0.5, 0.21, 0.05, 0.01];

const {
  json,
  clock: kind,
  part,
  against,
  case: only,
  'until-quiet': quiet,
} = parseArgs({
  options: {
    json: { type: 'string' },
    clock: { type: 'string', default: 'wall' },
    part: { type: 'string', default: 'all' },
    against: { type: 'string' },
    case: { type: 'string', default: '' },
    'until-quiet': { type: 'boolean', default: false },
  },
}).values;
if (!['all', 'graphics', 'workers', 'processor'].includes(part)) throw new Error('--part is all, graphics, workers or processor');
if (kind !== 'wall' && kind !== 'cpu') throw new Error('--clock is wall or cpu');
clock.kind = kind;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (against !== undefined) {
  const { title, comparisons } = await raceAgainst(against, { only, quiet, say });
  const about = `${describeMachine(null)}; how many times as fast as ${title}`;
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ about, comparisons }, null, 2)}\n`);
  console.log(`${about}\n\n${comparisonTable(comparisons)}`);
  process.exit();
}

if (quiet) await untilQuiet(say);
const vigil = quiet ? new Vigil() : null;
/** Ends without a number if others had a share of the machine. */
function checkQuiet(): void {
  if (vigil === null || vigil.end()) return;
  say('others kept the machine busy: nothing is told of it');
  process.exit(1);
}

const rowsOf = (name: string, entries: readonly Entry[]): Row[] =>
  entries.map(({ engine, density, turns }) => ({
    ...{ case: name, engine, density },
    ...{ msPerStep: median(turns), bestMsPerStep: Math.min(...turns) },
  }));

/** Opens a contender for each density, races them all, closes them. */
async function raceDensities(setting: Setting, open: Record<string, (density: number) => Promise<Contender | null>>): Promise<Row[]> {
  const runners = [];
  for (const density of densities) {
    for (const create of Object.values(open)) {
      const contender = await create(density);
      if (contender !== null) runners.push({ contender, density, mask: randomMask(setting.model, density) });
    }
  }
  const entries = await race(runners);
  for (const { contender } of runners) contender.dispose();
  return rowsOf(setting.name, entries);
}

if (part === 'all' || part === 'workers') {
  const rows = await raceWorkers(say);
  if (part === 'workers') checkQuiet();
  console.log(`${describeMachine(null)}\n\nOne experiment, 3 seeds × 2 arms.\n\n${workersTable(rows)}\n`);
  if (part === 'workers') {
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: describeMachine(null), rows }, null, 2)}\n`);
    process.exit();
  }
}

if (part === 'all' || part === 'graphics') {
  const { adapter, rows } = await raceGraphics(say);
  if (part === 'graphics') checkQuiet();
  const about = `${describeMachine(null)}; WebGPU adapter: ${adapter}`;
  console.log(`${about}\n\nOne step of one network (batch ${BATCH}, Adam), in a browser.\n\n${graphicsTable(rows)}\n`);
  if (part === 'graphics') {
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: about, rows }, null, 2)}\n`);
    process.exit();
  }
}

const task = await openMnist();
const perceptron = lenet(task);
const convolution = convolutional(task);
const sparse = await createSparseEngine();
const wasm = await createTfjsEngine('wasm');
const cpu = await createTfjsEngine('cpu');

/** Whether an engine has all that a setting needs; says so where it has not. */
function isAble(engine: Engine, { name, model }: Setting): boolean {
  const missing = engine.missing([...model.layers.map(({ kind }): Need => `layer:${kind}`), 'optimizer:adam']);
  if (missing.length > 0) say(`${name}: ${engine.name} is left out, it has no ${[...new Set(missing)].join(', ')}`);
  return missing.length === 0;
}

const openTorch = (): Promise<TorchContender | null> => TorchContender.open(perceptron);
const firstTorch = await openTorch();
if (firstTorch === null) say('no python3 here can import torch: its rows are left out');
const machine = describeMachine(firstTorch?.version ?? null);
say(machine);
const rows: Row[] = [];

say(`${perceptron.name} …`);
rows.push(
  ...(await raceDensities(perceptron, {
    sparse: () => LabContender.open(sparse, perceptron),
    wasm: () => LabContender.open(wasm, perceptron),
    // The slow one is slow at every density alike.
    cpu: async (density) => (density === 1 ? LabContender.open(cpu, perceptron) : null),
    jax: () => JaxContender.open(perceptron),
    torch: async () => (firstTorch === null ? null : openTorch()),
  })),
);

say(`${convolution.name} …`);
const sparseConvolves = isAble(sparse, convolution);
rows.push(
  ...(await raceDensities(convolution, {
    sparse: async () => (sparseConvolves ? LabContender.open(sparse, convolution) : null),
    wasm: async (density) => (density === 1 ? LabContender.open(wasm, convolution) : null),
    cpu: async (density) => (density === 1 ? LabContender.open(cpu, convolution) : null),
  })),
);

say(`${IMP_NAME}: ${IMP_STEPS} steps a level …`);
const impOthers: Contender[] = [await LabContender.open(wasm, perceptron), await JaxContender.open(perceptron)];
if (firstTorch !== null) impOthers.push(firstTorch);
const results = await raceImp(perceptron, await LabContender.open(sparse, perceptron), impOthers);
rows.push(...results.map((result) => ({ case: IMP_NAME, ...result })));
for (const contender of impOthers) contender.dispose();

for (const engine of [sparse, wasm, cpu]) engine.dispose();
checkQuiet();
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, clock: kind, rows }, null, 2)}\n`);
console.log(`${machine}\n\nMilliseconds a step (${kind} clock), median (fastest) turn, and × the sparse engine's.\n\n${tableOf(rows)}`);
