/** What methods leave in sessions and links: the watch over a dense network, densities that were learned. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importSession } from '../../../src/sessions/reading.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { decodeLink, packLink } from '../../../src/sessions/link.ts';
import { growBranch, TRUNK } from '../../../src/sessions/session.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleSession } from './sample.ts';

interface Watched {
  runs: { level: number; earlyBird?: { steps: number[]; distances: number[][]; drawnAt: number; settled: boolean } }[];
}

const text = readFileSync(new URL('../../../public/examples/early-bird.json', import.meta.url), 'utf8');
const changed = (change: (watch: NonNullable<Watched['runs'][number]['earlyBird']>) => void): string => {
  const session = JSON.parse(text) as Watched;
  const watch = session.runs.find(({ level }) => level === 0)?.earlyBird;
  if (watch === undefined) throw new Error('a watched run');
  change(watch);
  return JSON.stringify(session);
};

describe('the watch for an early-bird ticket', () => {
  it('goes through a file unchanged', () => {
    const session = importSession(text, 'early-bird.json');
    expect(importSession(exportSession(session), 'again')).toEqual(session);
    expect(session.runs.find(({ level }) => level === 0)?.earlyBird?.distances[4]).toHaveLength(4);
  });

  it.each([
    ['a row too long', (watch: { distances: number[][] }) => watch.distances[1].push(0.5)],
    ['a distance beyond one', (watch: { distances: number[][] }) => (watch.distances[1][0] = 2)],
    ['a row too few', (watch: { distances: number[][] }) => watch.distances.pop()],
    ['more epochs than are watched', (watch: { steps: number[] }) => watch.steps.push(...new Array<number>(200).fill(1))],
  ])('is refused with %s, naming the field', (_, change) => {
    let refusal: unknown;
    try {
      importSession(changed(change), 'hostile.json');
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ name: 'LabError' });
    expect((refusal as { subject: string }).subject).toMatch(/earlyBird/);
  });

  it('is not believed of a branch whose trunk was not watched', () => {
    const training = { batchSize: 20, steps: 310, evaluateEvery: 40 };
    const trunk = sampleSession(tinyRecipe({ training, pruning: { levels: 1 } }), []);
    const early = tinyRecipe({ training, pruning: { levels: 1 }, method: { type: 'early-bird' } });
    expect(() => importSession(exportSession(growBranch(trunk, 'b1', TRUNK, 0, 'Early', early)), 'branch.json')).toThrow(/method/);
  });
});

describe('a link', () => {
  it.each([
    { pruning: { levels: 1, criterion: 'grasp', scoredAt: 'init', temperature: 200 } },
    {
      pruning: { levels: 1 },
      arms: ['ticket'],
      method: { type: 'edge-popup', rescale: true, scoreInit: 'fan-in-uniform', scoreDecay: 0.0001 },
    },
  ])('carries %j', async (changes) => {
    const recipe = tinyRecipe(changes);
    const { hash } = await packLink(sampleSession(recipe), 8_000, { find: () => Promise.resolve(null) });
    expect((await decodeLink(hash ?? '')).recipe).toEqual(recipe);
  });
});

describe('a link of learned masks', () => {
  it('tells how much each run keeps', async () => {
    const sample = sampleSession(tinyRecipe({ method: { type: 'bernoulli' }, arms: ['ticket'], pruning: { levels: 2 } }));
    const all = 64 * 12 + 12 * 8 + 8 * 10;
    const session = { ...sample, runs: sample.runs.map((run) => ({ ...run, density: run.level === 0 ? 1 : (300 + run.level) / all })) };
    const { hash } = await packLink(session, 8_000, { find: () => Promise.resolve(null) });
    const { figures } = await decodeLink(hash ?? '');
    expect(figures.map(({ density }) => density)).toEqual([1, 301 / all, 302 / all]);
  });
});
