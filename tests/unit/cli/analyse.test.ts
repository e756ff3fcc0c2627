/** The command's work, on a session trained again here since its file holds no weights. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { analyseSession as analyse, type AnalyseOptions } from '../../../src/cli/analyse.ts';
import { OutcomeStore } from '../../../src/cli/outcomes.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { addMark, TRUNK } from '../../../src/sessions/session.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleSession } from '../sessions/sample.ts';

const session = sampleSession(tinyRecipe({ name: 'tiny', seeds: [1, 2, 3], arms: ['ticket', 'reinit'] }));
const folder = await mkdtemp(join(tmpdir(), 'lab-analyse-'));
const path = join(folder, 'session.json');
const store = await OutcomeStore.open(join(folder, 'outcomes'));
const analyseSession = (file: string, asked: AnalyseOptions) => analyse(file, asked, store);
await writeFile(path, exportSession(session));

const options = { what: 'barrier', branch: null, run: { seed: 1, arm: 'ticket', level: 1 }, steps: [40, 0] } as const;

it('answers for a run that it trains first, the same every time', async () => {
  const file = await analyseSession(path, options);
  expect(file).toMatchObject({ format: 'lottery-ticket-analysis', branch: 'trunk', run: options.run, paper: 'Frankle et al. 2020' });
  if (file.answer.what !== 'barrier') throw new Error('asked for barriers');
  expect(file.answer.barriers.map(({ step, line }) => [step, line.length])).toEqual([
    [0, 11],
    [40, 11],
  ]);
  expect(file.answer.barriers[1].errorBarrier).toBe(0);
  // Once more, from what the store keeps of it now.
  expect((await store.size()).outcomes).toBe(2);
  expect(await analyseSession(path, options)).toEqual(file);
});

it('of seeds needs figures alone', async () => {
  const { answer } = await analyseSession(path, { ...options, what: 'seeds' });
  expect(answer.what === 'seeds' && answer.paired.map(({ seed }) => seed)).toEqual([1, 2, 3]);
});

it('of seeds names those that diverged, or grew from what did', async () => {
  const diverged = { seed: 2, arm: 'ticket', level: 1, step: 7, key: 'f'.repeat(64) } as const;
  const left = session.runs.filter(({ seed, level }) => seed !== 2 || level === 0);
  const broken = join(folder, 'diverged.json');
  await writeFile(broken, exportSession(addMark({ ...session, runs: left }, TRUNK, diverged)));
  for (const run of [{ seed: 1, arm: 'ticket', level: 1 } as const, { seed: 1, arm: 'reinit', level: 2 } as const]) {
    const { answer } = await analyseSession(broken, { ...options, what: 'seeds', run });
    expect(answer.what === 'seeds' && [answer.verdict, answer.paired.map(({ seed }) => seed), answer.lost]).toEqual([null, [1, 3], [2]]);
  }
});

it.each([
  ['--level', { run: { ...options.run, level: 4 } }],
  ['--level', { run: { ...options.run, level: NaN } }],
  ['--seed', { run: { ...options.run, seed: NaN } }],
  ['--steps', { steps: [0, 41] }],
  ['--branch', { branch: 'none' }],
])('names %s where it is wrong', async (subject, change) => {
  await expect(analyseSession(path, { ...options, ...change })).rejects.toMatchObject({ subject });
});

it('has no siblings of a network whose mask is learned, and says so', async () => {
  const learned = sampleSession(
    tinyRecipe({ method: { type: 'edge-popup' }, arms: ['ticket'], model: { family: 'mlp', hidden: [12, 8], init: 'kaiming-normal' } }),
  );
  const other = `${path}.learned.json`;
  await writeFile(other, exportSession(learned));
  await expect(analyseSession(other, options)).rejects.toMatchObject({ subject: 'method' });
  expect((await analyseSession(other, { ...options, what: 'masks' })).answer.what).toBe('masks');
});
