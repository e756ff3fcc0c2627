import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../src/sessions/facts.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleSession } from './sample.ts';

describe('what the library shows of a session', () => {
  const recipe = tinyRecipe({ arms: ['ticket', 'random-mask'], pruning: { levels: 2 } });

  it('is each arm’s line from the dense network on: kept share against test accuracy', () => {
    const session = sampleSession(recipe);
    const points = (arm: string) =>
      session.runs
        .filter((run) => run.level === 0 || run.arm === arm)
        .map(({ density, metrics }) => ({ density, accuracy: metrics.accuracy.test }));
    expect(points('ticket')).toHaveLength(3);
    expect(factsOf(session)).toMatchObject({
      dataset: 'digits',
      hidden: [12, 8],
      levels: 2,
      seeds: 1,
      branches: 1,
      runs: 5,
      lines: [
        { arm: 'ticket', points: points('ticket') },
        { arm: 'random-mask', points: points('random-mask') },
      ],
    });
  });

  it('has no line of an arm with one point', () => {
    const session = sampleSession(recipe, [
      { seed: 1, arm: 'ticket', level: 0 },
      { seed: 1, arm: 'ticket', level: 1 },
    ]);
    expect(factsOf(session).lines.map(({ arm }) => arm)).toEqual(['ticket']);
  });
});
