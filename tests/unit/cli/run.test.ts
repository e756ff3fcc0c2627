/** `lab run` on what is there already: nothing of it is lost, and only what is new is trained. */
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runRecipe } from '../../../src/cli/run.ts';
import { readSession } from '../../../src/cli/read-session.ts';
import { runsOf } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import { exportSession } from '../../../src/sessions/file.ts';
import { addRun, growBranch, TRUNK, type Session, type SessionRun } from '../../../src/sessions/session.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleResult } from '../sessions/sample.ts';
import { lab } from './lab.ts';

vi.spyOn(console, 'log').mockReturnValue();
vi.spyOn(process.stderr, 'write').mockReturnValue(true);
afterAll(() => {
  vi.restoreAllMocks();
});

/** Each call starts workers of its own. */
const timeout = 60_000;

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

interface Asked {
  readonly out: string;
  readonly store?: string;
  readonly isForced?: boolean;
}
const usual = join(folder, 'outcomes');
const run = (recipe: string, { out, store = usual, isForced = false }: Asked): Promise<void> =>
  runRecipe(recipe, { out, store, isForced, engine: 'sparse' });
const sessionAt = async (path: string): Promise<Session> => (await readSession(path)).session;

/** What training decides of a run; how long it took differs each time. */
const bitsOf = ({ key, fingerprint, metrics }: SessionRun) => ({ key, fingerprint, metrics });
const nameOf = ({ seed, arm, level }: { seed: number; arm: string; level: number }): string => `${seed}/${arm}/${level}`;
const bitsByName = (session: Session) => new Map(session.runs.map((one) => [nameOf(one), bitsOf(one)]));

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
  it('keeps every run of the session and trains what is new alone', async () => {
    const store = join(folder, 'copied');
    await cp(usual, store, { recursive: true });
    const before = await filesOf(store);
    expect(before.size).toBe(runsOf(planOf(tinyRecipe(small))).length);
    await run(largeRecipe, { out, store });
    const [session, old] = [await sessionAt(out), await sessionAt(finished)];
    for (const one of old.runs) expect(session.runs).toContainEqual(one);
    expect(bitsByName(session)).toEqual(bitsByName(await sessionAt(whole)));
    const after = await filesOf(store);
    expect(after.size).toBe(runsOf(planOf(tinyRecipe(large))).length);
    for (const [name, number] of before) expect(after.get(name)).toBe(number);
  });

  it('trains what it grows from again, and finds the same, where its weights are not at hand', async () => {
    await run(largeRecipe, { out, store: join(folder, 'empty') });
    expect(bitsByName(await sessionAt(out))).toEqual(bitsByName(await sessionAt(whole)));
  });

  it('grows nothing from a run that comes out differently', async () => {
    const session = await sessionAt(finished);
    const runs = session.runs.map((one) => (one.level === 0 ? { ...one, fingerprint: '0'.repeat(64) } : one));
    await writeFile(out, exportSession({ ...session, runs }));
    await expect(run(largeRecipe, { out, store: join(folder, 'other') })).rejects.toMatchObject({
      subject: '--out',
      message: expect.stringMatching(/came out differently/) as string,
    });
    const after = await sessionAt(out);
    for (const one of runs) expect(after.runs).toContainEqual(one);
    expect(after.runs.filter(({ seed }) => seed === 1)).toHaveLength(runs.length);
  });

  it('of a session in which more was trained takes nothing away', async () => {
    await cp(whole, out);
    await run(smallRecipe, { out });
    expect((await sessionAt(out)).runs).toEqual((await sessionAt(whole)).runs);
    expect((await sessionAt(out)).branches).toEqual((await sessionAt(whole)).branches);
  });

  it('leaves what-ifs and their runs where they are', async () => {
    const whatIf = tinyRecipe({ ...small, rewind: { kept: 'constant' } });
    const grown = growBranch(await sessionAt(finished), 'b1', TRUNK, 0, 'constants', whatIf);
    const session = addRun(grown, 'b1', sampleResult(whatIf, { seed: 1, arm: 'ticket', level: 1 }));
    await writeFile(out, exportSession(session));
    await run(largeRecipe, { out });
    const after = await sessionAt(out);
    expect(after.branches[1]).toEqual(session.branches[1]);
    expect(after.runs.filter(({ branch }) => branch === 'b1')).toEqual(session.runs.filter(({ branch }) => branch === 'b1'));
    expect(after.runs.filter(({ branch }) => branch === TRUNK)).toHaveLength(runsOf(planOf(tinyRecipe(large))).length);
  });

  it('keeps the weights that a zip holds, also those that are nowhere else', async () => {
    const zip = join(folder, 'session.zip');
    await run(smallRecipe, { out: zip });
    await run(largeRecipe, { out: zip, store: join(folder, 'for the zip') });
    const { session, outcomes } = await readSession(zip);
    expect([...outcomes.keys()].sort()).toEqual(session.runs.map(({ key }) => key).sort());
    expect(bitsByName(session)).toEqual(bitsByName(await sessionAt(whole)));
  });
});

describe('what is no session of the recipe', { timeout }, () => {
  const other = tinyRecipe({ ...small, training: { batchSize: 20, steps: 20, evaluateEvery: 20 } });

  it.each([
    ['a session of another recipe', () => Promise.resolve(), false],
    ['a damaged session', async () => writeFile(out, (await readFile(finished, 'utf8')).slice(0, -100)), true],
    ['something else', async () => writeFile(out, 'my diary'), true],
    ['an empty file', async () => writeFile(out, ''), true],
  ])('is left as it is: %s', async (_, put, isUnreadable) => {
    await put();
    const recipe = isUnreadable ? smallRecipe : await recipeFile('other', { ...small, training: other.training });
    const before = await readFile(out, 'utf8');
    await expect(run(recipe, { out })).rejects.toMatchObject({ subject: '--out', message: expect.stringMatching(/--force/) as string });
    expect(await readFile(out, 'utf8')).toBe(before);
    await run(recipe, { out, isForced: true });
    expect((await sessionAt(out)).runs).toHaveLength(runsOf(planOf(other)).length);
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
    const text = (await readFile(finished, 'utf8')).replaceAll('"arithmeticVersion":1', '"arithmeticVersion":2');
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

describe('processes', { timeout: 2 * timeout }, () => {
  const long = { ...large, seeds: [1, 2, 3], training: { batchSize: 20, steps: 600, evaluateEvery: 300 } };

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'that are ended by %s lose nothing, and a second one goes on from there',
    async (signal) => {
      const recipe = await recipeFile(signal, long);
      const store = join(folder, signal);
      const first = await recipeFile(`${signal} first`, { ...long, seeds: [1], pruning: { levels: 1 } });
      await rm(out);
      await run(first, { out, store });
      const before = await sessionAt(out);
      const command = lab('run', recipe, '--out', out, '--store', store, '--engine', 'sparse');
      await command.printed(/seed [23] · test accuracy/);
      command.kill(signal);
      const { output } = await command.ended;
      expect(output).toMatch(/test accuracy/);
      for (const one of before.runs) expect((await sessionAt(out)).runs).toContainEqual(one);
      const kept = await filesOf(store);
      expect(kept.size).toBeGreaterThan(before.runs.length);
      await run(recipe, { out, store });
      expect((await sessionAt(out)).runs).toHaveLength(runsOf(planOf(tinyRecipe(long))).length);
      for (const [name, number] of kept) if (name.endsWith('.run')) expect((await filesOf(store)).get(name)).toBe(number);
    },
    120_000,
  );

  it('on one session and one store take turns, and say who is there', async () => {
    const recipe = await recipeFile('both', { ...long, pruning: { levels: 3 } });
    const store = join(folder, 'both');
    await rm(out);
    const ended = await Promise.all([1, 2].map(() => lab('run', recipe, '--out', out, '--store', store, '--engine', 'sparse').ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const output = ended.map((one) => one.output).join('\n');
    expect(output).toMatch(/Process \d+ on .* has been writing .* waiting/);
    expect(output).not.toMatch(/EN[A-Z]+/);
    expect((await sessionAt(out)).runs).toHaveLength(runsOf(planOf(tinyRecipe({ ...long, pruning: { levels: 3 } }))).length);
  });
});
