/** `lab run` on what is there already: nothing of it is lost, and only what is new is trained. */
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runRecipe } from '../../../src/cli/run.ts';
import { OutcomeStore } from '../../../src/cli/outcomes.ts';
import { readSession } from '../../../src/cli/read-session.ts';
import { ARITHMETIC } from '../../../src/engines/arithmetic.ts';
import { runsOf } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import { exportArchive } from '../../../src/sessions/archive.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { addRun, growBranch, TRUNK, type Session } from '../../../src/sessions/session.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleResult } from '../sessions/sample.ts';
import { lab } from './lab.ts';

vi.spyOn(console, 'log').mockReturnValue();
const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
afterAll(() => {
  vi.restoreAllMocks();
});

/** Each call starts workers of its own. */
const timeout = 120_000;

const folder = await mkdtemp(join(tmpdir(), 'lab-run-'));
const small = { name: 'small', arms: ['ticket', 'reinit'], pruning: { levels: 1 } };
const large = { name: 'large', arms: ['ticket', 'random-mask', 'reinit'], pruning: { levels: 2 }, seeds: [1, 2] };

async function recipeFile(name: string, changes: Readonly<Record<string, unknown>>): Promise<string> {
  const path = join(folder, `${name}.recipe.json`);
  await writeFile(path, JSON.stringify(tinyRecipe(changes)));
  return path;
}

const smallRecipe = await recipeFile('small', small);
const largeRecipe = await recipeFile('large', large);
const otherRecipe = await recipeFile('other', { ...small, training: { batchSize: 20, steps: 20, evaluateEvery: 20 } });

interface Asked {
  readonly out: string;
  readonly store?: string;
  readonly isForced?: boolean;
  readonly retries?: boolean;
}
const usual = join(folder, 'outcomes');
const run = (recipe: string, { out, store = usual, isForced = false, retries = false }: Asked): Promise<void> =>
  runRecipe(recipe, { out, store, isForced, retries, engine: 'sparse' });
const sessionAt = async (path: string): Promise<Session> => (await readSession(path)).session;

/** What is told meanwhile. */
async function said(body: () => Promise<void>): Promise<string> {
  written.mockClear();
  await body();
  return written.mock.calls.map(([words]) => String(words)).join('');
}

/** Of the trunk's runs, by key, what training decides; how long it took differs each time. */
const bitsOf = ({ runs }: Session) =>
  new Map(
    runs.filter(({ branch }) => branch === TRUNK).map(({ key, fingerprint, metrics, curve }) => [key, { fingerprint, metrics, curve }]),
  );

// A finished session of the small recipe, and one of the large recipe that nothing helped to make.
const finished = join(folder, 'finished.json');
await run(smallRecipe, { out: finished });
const whole = join(folder, 'whole.json');
await run(largeRecipe, { out: whole, store: join(folder, 'elsewhere') });

let out = '';
let count = 0;
beforeEach(async () => {
  out = join(folder, `session-${count++}.json`);
  await cp(finished, out);
});

/** The outcomes of a store by name; a file that was written anew has another number. */
const filesOf = async (store: string): Promise<Map<string, number>> =>
  new Map(await Promise.all((await readdir(store)).map(async (name) => [name, (await stat(join(store, name))).ino] as const)));

describe('a recipe with one more level, seed and arm', { timeout }, () => {
  it('keeps every run and what-if of the session, and trains what is new alone', async () => {
    const store = join(folder, 'copied');
    await cp(usual, store, { recursive: true });
    const before = await filesOf(store);
    expect(before.size).toBe(runsOf(planOf(tinyRecipe(small))).length);
    const whatIf = tinyRecipe({ ...small, rewind: { kept: 'constant' } });
    const grown = growBranch(await sessionAt(finished), 'b1', TRUNK, 0, 'constants', whatIf);
    const old = addRun(grown, 'b1', sampleResult(whatIf, { seed: 1, arm: 'ticket', level: 1 }));
    await writeFile(out, exportSession(old));
    await run(largeRecipe, { out, store });
    const session = await sessionAt(out);
    for (const one of old.runs) expect(session.runs).toContainEqual(one);
    expect(session.branches[1]).toEqual(old.branches[1]);
    expect(bitsOf(session)).toEqual(bitsOf(await sessionAt(whole)));
    const after = await filesOf(store);
    expect(after.size).toBe(runsOf(planOf(tinyRecipe(large))).length);
    for (const [name, number] of before) expect(after.get(name)).toBe(number);
  });

  it('trains what it grows from again where the store has it not, finds the same, and keeps the weights of a zip', async () => {
    const zip = `${out}.zip`;
    const archive = await exportArchive(await sessionAt(finished), await OutcomeStore.open(usual));
    await writeFile(zip, new Uint8Array(await archive.arrayBuffer()));
    await run(largeRecipe, { out: zip, store: join(folder, 'empty') });
    const { session, outcomes } = await readSession(zip);
    expect(bitsOf(session)).toEqual(bitsOf(await sessionAt(whole)));
    expect([...outcomes.keys()].sort()).toEqual(session.runs.map(({ key }) => key).sort());
  });

  it('grows nothing from a run that comes out differently', async () => {
    const session = await sessionAt(finished);
    const runs = session.runs.map((one) => (one.level === 0 ? { ...one, fingerprint: '0'.repeat(64) } : one));
    await writeFile(out, exportSession({ ...session, runs }));
    const message = expect.stringMatching(/came out differently/) as string;
    await expect(run(largeRecipe, { out, store: join(folder, 'other') })).rejects.toMatchObject({ subject: '--out', message });
    const after = await sessionAt(out);
    for (const one of runs) expect(after.runs).toContainEqual(one);
    expect(after.runs.filter(({ seed }) => seed === 1)).toHaveLength(runs.length);
  });

  it('trains again what came with a file, and believes it neither results nor divergences', async () => {
    const session = await sessionAt(finished);
    const [first, ...others] = session.runs;
    const invented = others.map((one) => ({ ...one, fingerprint: '0'.repeat(64), origin: 'file' as const }));
    const { key, seed, arm, level } = first;
    const diverged = [{ branch: TRUNK, key, seed, arm, level, step: 1, origin: 'file' as const }];
    await writeFile(out, exportSession({ ...session, runs: invented, diverged }));
    const store = join(folder, 'nothing-yet');
    await run(smallRecipe, { out, store });
    const after = await sessionAt(out);
    expect((await filesOf(store)).size).toBe(session.runs.length);
    expect(bitsOf(after)).toEqual(bitsOf(session));
    expect(after.runs.map(({ origin }) => origin)).toEqual(session.runs.map(() => undefined));
    expect(after.diverged ?? []).toEqual([]);
  });

  it('trains again what this machine’s store does not vouch for, says so, and finds the same', async () => {
    const others = await sessionAt(finished);
    // Its bits are what they would be, and its figures are made up.
    const runs = others.runs.map((one) => ({ ...one, metrics: { ...one.metrics, accuracy: { ...one.metrics.accuracy, test: 1 } } }));
    await writeFile(out, exportSession({ ...others, runs }));
    const store = join(folder, 'fresh');
    expect(await said(() => run(smallRecipe, { out, store }))).toMatch(
      /3 of the runs in .* were not trained here: .*fresh does not have them.*\n[^]*3 of these 3 runs came out the same/,
    );
    expect((await filesOf(store)).size).toBe(3);
    expect(bitsOf(await sessionAt(out))).toEqual(bitsOf(others));
    // From then on they are its own.
    expect(await said(() => run(smallRecipe, { out, store }))).not.toMatch(/not trained here/);
  });

  it('believes made-up figures of its own runs no more than those of others', async () => {
    const own = await sessionAt(finished);
    const runs = own.runs.map((one) => ({ ...one, metrics: { ...one.metrics, accuracy: { ...one.metrics.accuracy, test: 1 } } }));
    await writeFile(out, exportSession({ ...own, runs }));
    await run(smallRecipe, { out });
    expect(bitsOf(await sessionAt(out))).toEqual(bitsOf(own));
  });

  it('goes on after the store was emptied: nothing is lost, and all that is there is trained again and found the same', async () => {
    const store = join(folder, 'emptied');
    await cp(usual, store, { recursive: true });
    await rm(store, { recursive: true });
    const before = await sessionAt(out);
    expect(await said(() => run(largeRecipe, { out, store }))).toMatch(/3 of these 3 runs came out the same/);
    const after = await sessionAt(out);
    expect(bitsOf(after)).toEqual(bitsOf(await sessionAt(whole)));
    for (const [key, bits] of bitsOf(before)) expect(bitsOf(after).get(key)).toEqual(bits);
  });

  it('believes no divergence that did not happen here', async () => {
    const { runs, ...session } = await sessionAt(finished);
    const { key, seed, arm, level } = runs[0];
    await writeFile(out, exportSession({ ...session, runs: [], diverged: [{ branch: TRUNK, key, seed, arm, level, step: 1 }] }));
    await run(smallRecipe, { out, store: join(folder, 'calm') });
    const after = await sessionAt(out);
    expect(after.diverged ?? []).toEqual([]);
    expect(bitsOf(after)).toEqual(bitsOf({ ...session, runs }));
  });

  it('says of a marked run that came out otherwise that what was trained here stands in its place', async () => {
    const session = await sessionAt(finished);
    const runs = session.runs.map((one) => ({ ...one, fingerprint: '0'.repeat(64), origin: 'file' as const }));
    await writeFile(out, exportSession({ ...session, runs }));
    const words = await said(() => run(smallRecipe, { out, store: join(folder, 'strict') }));
    expect(words.match(/came out otherwise than the file said/g)).toHaveLength(3);
    expect(words).toMatch(/0 of these 3 runs came out the same/);
  });

  it('takes nothing away if it is the smaller one', async () => {
    await cp(whole, out);
    await run(smallRecipe, { out });
    expect(await sessionAt(out)).toEqual(await sessionAt(whole));
  });
});

describe('what is no session of the recipe', { timeout }, () => {
  it.each([
    ['a session of another recipe', otherRecipe, async () => readFile(finished, 'utf8')],
    ['a damaged session', smallRecipe, async () => (await readFile(finished, 'utf8')).slice(0, -100)],
    ['something else', smallRecipe, () => Promise.resolve('my diary')],
    ['an empty file', smallRecipe, () => Promise.resolve('')],
  ])('is left as it is: %s', async (_, recipe, content) => {
    const before = await content();
    await writeFile(out, before);
    await expect(run(recipe, { out })).rejects.toMatchObject({ subject: '--out', message: expect.stringMatching(/--force/) as string });
    expect(await readFile(out, 'utf8')).toBe(before);
  });

  it('is overwritten by force', async () => {
    await writeFile(out, 'my diary');
    await run(smallRecipe, { out, isForced: true });
    expect(bitsOf(await sessionAt(out))).toEqual(bitsOf(await sessionAt(finished)));
  });

  it('is left as it is: the recipe itself, also by force', async () => {
    const recipe = await recipeFile('precious', small);
    const before = await readFile(recipe, 'utf8');
    for (const isForced of [false, true])
      await expect(run(recipe, { out: recipe, isForced })).rejects.toMatchObject({
        subject: '--out',
        message: expect.stringMatching(/the recipe itself/) as string,
      });
    expect(await readFile(recipe, 'utf8')).toBe(before);
  });

  it('is left as it is: the session of an engine that computes differently', async () => {
    const text = (await readFile(finished, 'utf8')).replaceAll(`"arithmeticVersion":${ARITHMETIC}`, '"arithmeticVersion":1');
    expect(text).toContain('"arithmeticVersion":1');
    await writeFile(out, text);
    await expect(run(smallRecipe, { out })).rejects.toMatchObject({ subject: '--out' });
    expect(await readFile(out, 'utf8')).toBe(text);
  });

  it('is refused: a folder, and no name at all', async () => {
    await expect(run(smallRecipe, { out: folder })).rejects.toMatchObject({
      subject: '--out',
      message: expect.stringMatching(/is a folder/) as string,
    });
    await expect(run(smallRecipe, { out: '' })).rejects.toMatchObject({ subject: '--out' });
    await expect(run(smallRecipe, { out, store: '' })).rejects.toMatchObject({ subject: '--store' });
  });

  it('nothing is left beside it', async () => {
    expect((await readdir(folder)).filter((name) => /\.(lock|new|partial)$/.test(name))).toEqual([]);
  });
});

describe('processes', { timeout: 3 * timeout }, () => {
  const long = { ...large, seeds: [1, 2, 3] };

  it('that are killed or stopped lose nothing, and the next one goes on from there', async () => {
    const recipe = await recipeFile('killed', long);
    const store = join(folder, 'killed');
    await cp(usual, store, { recursive: true });
    let before = await sessionAt(out);
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const command = lab('run', recipe, '--out', out, '--store', store, '--engine', 'sparse');
      // A run that was not there.
      await command.printed(/seed [23] · test accuracy/);
      command.kill(signal);
      const { output } = await command.ended;
      const after = await sessionAt(out);
      for (const one of before.runs) expect(after.runs).toContainEqual(one);
      expect((await filesOf(store)).size).toBeGreaterThan(before.runs.length);
      if (signal === 'SIGINT') {
        expect(output).toContain(`What is done is in ${out}`);
        expect(after.runs.length).toBeGreaterThan(before.runs.length);
      }
      before = after;
    }
    const kept = await filesOf(store);
    await run(recipe, { out, store });
    expect((await sessionAt(out)).runs).toHaveLength(runsOf(planOf(tinyRecipe(long))).length);
    for (const [name, number] of kept) if (name.endsWith('.run')) expect((await filesOf(store)).get(name)).toBe(number);
  });

  it('on one session and one store take turns, and say who is there', async () => {
    const store = join(folder, 'both');
    await rm(out);
    const ended = await Promise.all([1, 2].map(() => lab('run', largeRecipe, '--out', out, '--store', store, '--engine', 'sparse').ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const output = ended.map((one) => one.output).join('\n');
    expect(output).toMatch(/Process \d+ on .* has been writing .* waiting/);
    expect(output).not.toMatch(/EN[A-Z]+/);
    expect(bitsOf(await sessionAt(out))).toEqual(bitsOf(await sessionAt(whole)));
  });
});

it(
  'marks a run that diverges, keeps the mark, and trains it again when asked',
  async () => {
    const training = { batchSize: 20, steps: 40, evaluateEvery: 20, weightDecay: 0.1, optimizer: { type: 'sgd', learningRate: 1000 } };
    const recipe = await recipeFile('wild', { ...small, name: 'wild', training });
    const out = join(folder, 'wild.json');
    await run(recipe, { out });
    const { runs, diverged = [] } = await sessionAt(out);
    expect(runs).toEqual([]);
    expect(diverged).toMatchObject([{ branch: TRUNK, seed: 1, arm: 'ticket', level: 0 }]);
    for (const retries of [false, true]) {
      await run(recipe, { out, retries });
      expect((await sessionAt(out)).diverged).toEqual(diverged);
    }
  },
  timeout,
);
