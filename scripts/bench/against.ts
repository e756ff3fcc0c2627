/**
 * Today's sources and those of a revision, side by side: each in a process of its own, the two in turns, case after case.
 * A ratio is that of the two turns of one round, so what else the machine does weighs on both sides alike.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkOut } from './checkout.ts';
import { median } from './contender.ts';
import { untilQuiet, Vigil } from './quiet.ts';
import { orderOf, ratioOf, type Ratio } from './ratios.ts';
import type { Question, Reply, Took } from './side.ts';

export interface Comparison {
  readonly case: string;
  /** How many times as fast today's is, by processor time and by the wall clock. */
  readonly cpu: Ratio;
  readonly wall: Ratio;
  /** Median processor time of a unit (a step; a whole run) in ms. */
  readonly before: number;
  readonly after: number;
  /** Whether both sides computed the same, to the last bit. */
  readonly sameBits: boolean;
}

/** Milliseconds of training before the clock counts: compilers have come to rest by then. */
const WARM_UP_MS = 400;
/** Milliseconds that a turn should take at least, and a case's turns of one side together. */
const TURN_MS = 25;
const CASE_MS = 2000;
const FEWEST_ROUNDS = 7;
const MOST_ROUNDS = 61;

/** How often a case is tried before the machine counts as one that does not stay quiet. */
const TRIES = 5;

class Side {
  private readonly process: ChildProcess;
  private readonly end: Promise<Reply>;

  constructor(folder: string) {
    const script = join(folder, 'scripts/bench/side.ts');
    this.process = fork(script, { cwd: folder, execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.end = once(this.process, 'exit').then(([code]) => ({ failed: `its process ended with ${code}` }));
  }

  async ask<Kind extends Reply>(question: Question): Promise<Kind> {
    const reply = new Promise<Reply>((resolve) => this.process.once('message', (message) => resolve(message as Reply)));
    this.process.send(question);
    const first = await Promise.race([reply, this.end]);
    if ('failed' in first) throw new Error(first.failed);
    return first as Kind;
  }

  run(units: number): Promise<Took> {
    return this.ask<Took>({ run: units });
  }

  dispose(): void {
    this.process.kill();
  }
}

/** Lets both do the same work until both are warm; returns the processor time of a unit in ms, of whoever takes longer. */
async function warmUp(sides: readonly [Side, Side]): Promise<number> {
  const warm = [0, 0];
  for (let units = 1; ; units *= 2) {
    const times = [];
    for (const side of sides) times.push((await side.run(units)).cpu);
    times.forEach((time, side) => (warm[side] += time));
    if (Math.min(...warm) >= WARM_UP_MS) return Math.max(...times) / units;
  }
}

/** One case, both sides warm, in as many rounds as are worth it. */
async function compare(name: string, sides: readonly [Side, Side]): Promise<Comparison> {
  for (const side of sides) await side.ask({ open: name });
  const slowest = await warmUp(sides);
  const units = Math.max(1, Math.round(TURN_MS / slowest));
  const rounds = Math.min(MOST_ROUNDS, Math.max(FEWEST_ROUNDS, Math.round(CASE_MS / (units * slowest))));
  const turns: readonly [Took[], Took[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const side of orderOf(round)) turns[side].push(await sides[side].run(units));
  }
  const digests = [];
  for (const side of sides) digests.push((await side.ask<{ digest: string }>('close')).digest);
  const of = (clock: keyof Took): [number[], number[]] => [turns[0].map((turn) => turn[clock]), turns[1].map((turn) => turn[clock])];
  const [before, after] = of('cpu').map((times) => median(times) / units);
  return { case: name, cpu: ratioOf(...of('cpu')), wall: ratioOf(...of('wall')), before, after, sameBits: digests[0] === digests[1] };
}

/**
 * Compares all cases whose names have `only` in them. With `quiet` a case whose time others shared is raced again, and
 * rejects if that does not help. Cases that the revision cannot run are left out.
 */
export async function raceAgainst(
  revision: string,
  { only, quiet, say }: { readonly only: string; readonly quiet: boolean; readonly say: (line: string) => void },
): Promise<{ readonly title: string; readonly comparisons: readonly Comparison[] }> {
  const checkout = checkOut(revision);
  const leave = (): void => {
    checkout.remove();
    process.exit(130);
  };
  process.once('SIGINT', leave);
  const sides = [new Side(checkout.folder), new Side(join(import.meta.dirname, '../..'))] as const;
  try {
    say(`against ${checkout.title}`);
    const { names } = await sides[1].ask<{ names: readonly string[] }>('names');
    const comparisons: Comparison[] = [];
    for (const name of names.filter((candidate) => candidate.includes(only))) {
      try {
        const comparison = await (quiet ? inQuiet(() => compare(name, sides), say) : compare(name, sides));
        say(lineOf(comparison));
        comparisons.push(comparison);
      } catch (error) {
        if (error instanceof Restless) throw error;
        say(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { title: checkout.title, comparisons };
  } finally {
    for (const side of sides) side.dispose();
    checkout.remove();
    process.off('SIGINT', leave);
  }
}

class Restless extends Error {}

/** What was measured while nobody else did much. */
async function inQuiet<Result>(measure: () => Promise<Result>, say: (line: string) => void): Promise<Result> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    await untilQuiet(say);
    const vigil = new Vigil();
    const result = await measure();
    if (vigil.end()) return result;
    say('others came in between: once more …');
  }
  throw new Restless('the machine does not stay quiet: nothing is told of it');
}

const figures = (value: number): string => String(Number(value.toPrecision(3)));

const cells = ({ case: name, cpu, wall, before, after, sameBits }: Comparison): readonly string[] => [
  name,
  ...[cpu, wall].map(({ median: middle, lower, upper }) => `${middle.toFixed(2)}× (${lower.toFixed(2)}–${upper.toFixed(2)})`),
  `${figures(before)} → ${figures(after)}`,
  sameBits ? 'same' : 'other',
];

const lineOf = (comparison: Comparison): string => `| ${cells(comparison).join(' | ')} |`;

export function comparisonTable(comparisons: readonly Comparison[]): string {
  const head = ['case', 'by processor time', 'by the clock', 'CPU ms', 'bits'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...comparisons.map(lineOf)].join('\n');
}
