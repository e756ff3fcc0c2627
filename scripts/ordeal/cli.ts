/**
 * The ordeal of the command line: `lab run` is killed at random moments, and the same command goes on from there. A
 * session that ends well is extended by the next recipe; after the largest all begins anew.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { OutcomeStore } from '../../src/cli/outcomes.ts';
import { readSession } from '../../src/cli/read-session.ts';
import type { Stream } from '../../src/numerics/streams.ts';
import type { RunId, RunResult } from '../../src/science/result.ts';
import type { Ordeal, Tally } from './tally.ts';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
const recipe = {
  name: 'Ordeal',
  task: { dataset: 'digits', train: 300, validation: 60, test: 100 },
  model: { family: 'mlp', hidden: [32, 16] },
  training: { batchSize: 20, steps: 300, evaluateEvery: 100, curveTest: 50 },
  arms: ['ticket', 'reinit', 'random-mask'],
};
/** From the smallest to the largest. */
const lists = [
  { seeds: [1, 2], pruning: { levels: 1 } },
  { seeds: [1, 2], pruning: { levels: 2 } },
  { seeds: [1, 2, 3], pruning: { levels: 3 } },
];
/** Most kills cannot be caught; some leave time to say goodbye. */
const signals = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT'] as const;

const nameOf = ({ seed, arm, level }: RunId): string => `level ${level} · ${arm} · seed ${seed}`;
/** The runs that the command says are finished. */
const finishedIn = (output: string): string[] =>
  [...output.matchAll(/^(level \d+) · .* kept · (\S+) · (seed \d+) · test accuracy/gm)].map(([, ...words]) => words.join(' · '));

export const cliOrdeal: Ordeal = async (kills, random, say) => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-ordeal-'));
  try {
    const recipes = await Promise.all(
      lists.map(async (list, index) => {
        const path = join(folder, `recipe-${index}.json`);
        await writeFile(path, JSON.stringify({ ...recipe, ...list }));
        return path;
      }),
    );
    const began = performance.now();
    const undisturbed = join(folder, 'undisturbed.json');
    await run(recipes[recipes.length - 1], undisturbed, join(folder, 'undisturbed')).ended;
    const longest = performance.now() - began;
    const truth = new Map((await readSession(undisturbed)).session.runs.map((one) => [nameOf(one), one.fingerprint]));
    const ground = new Ground(join(folder, 'ordeal'), truth);
    for (let killed = 0, step = 0; killed < kills;) {
      if (step === 0) await ground.clear(random.below(2) === 0 ? 'session.json' : 'session.zip');
      const command = run(recipes[step], ground.out, ground.store);
      const isKilled = await killWithin(command, longest, random);
      await ground.inspect(await command.ended);
      if (isKilled) say({ kills: ++killed, ...ground.found });
      else step = (step + 1) % recipes.length;
    }
    return { kills, ...ground.found };
  } finally {
    await rm(folder, { recursive: true });
  }
};

interface Command {
  readonly ended: Promise<string>;
  kill(signal: NodeJS.Signals): boolean;
}

/** `ended` resolves to all that it printed. */
function run(recipePath: string, out: string, store: string): Command {
  const words = ['--import', 'tsx', main, 'run', recipePath, '--out', out, '--store', store, '--engine', 'sparse'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { ended: once(child, 'close').then(() => output), kill: (signal) => child.kill(signal) };
}

/** False where it ended by itself before. */
async function killWithin(command: Command, longest: number, random: Stream): Promise<boolean> {
  const signal = signals[random.below(signals.length)];
  const moment = setTimeout(random.uniform() * longest, 'now');
  return (await Promise.race([command.ended, moment])) === 'now' && command.kill(signal);
}

/** Where the command writes, and what was found there so far. */
class Ground {
  readonly store: string;
  out = '';
  found: Omit<Tally, 'kills'> = { lost: 0, wrong: 0, unopenable: 0 };
  /** Runs that were in the session, and in the store, when they were last looked at. */
  private inSession = new Set<string>();
  private inStore = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly truth: ReadonlyMap<string, string>,
  ) {
    this.store = join(folder, 'outcomes');
  }

  async clear(name: string): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder);
    this.out = join(this.folder, name);
    [this.inSession, this.inStore] = [new Set(), new Set()];
  }

  /** Looks at all that the command left. */
  async inspect(output: string): Promise<void> {
    const kept = await this.outcomes();
    const session = await this.session();
    for (const one of [...kept, ...session]) if (this.truth.get(nameOf(one)) !== one.fingerprint) this.count('wrong');
    const [stored, written] = [new Set(kept.map(nameOf)), new Set(session.map(nameOf))];
    for (const name of new Set([...finishedIn(output), ...this.inStore])) if (!stored.has(name)) this.count('lost');
    for (const name of this.inSession) if (!written.has(name)) this.count('lost');
    [this.inStore, this.inSession] = [stored, written];
  }

  private async outcomes(): Promise<RunResult[]> {
    const store = await OutcomeStore.open(this.store);
    const keys = (await readdir(this.store)).filter((name) => name.endsWith('.run')).map((name) => name.slice(0, -'.run'.length));
    const found = await Promise.all(keys.map((key) => store.find(key)));
    for (const outcome of found) if (outcome === null) this.count('unopenable');
    return found.flatMap((outcome) => (outcome === null ? [] : [outcome.result]));
  }

  /** A killed command need not have written a session; one that is there opens. */
  private async session(): Promise<readonly RunResult[]> {
    const isThere = await access(this.out).then(
      () => true,
      () => false,
    );
    if (!isThere) return [];
    try {
      return (await readSession(this.out)).session.runs;
    } catch (error) {
      console.error(error);
      this.count('unopenable');
      return [];
    }
  }

  private count(what: keyof Omit<Tally, 'kills'>): void {
    this.found = { ...this.found, [what]: this.found[what] + 1 };
  }
}
