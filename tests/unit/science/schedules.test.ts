import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../../src/science/recipe/parse.ts';
import { rateAt, rateFor } from '../../../src/science/schedules.ts';

const training = (schedule: object, steps = 100) =>
  parseRecipe({
    task: { dataset: 'digits', train: 300, validation: 60, test: 100 },
    model: { family: 'mlp', hidden: [8] },
    training: { optimizer: { type: 'sgd', learningRate: 0.5 }, schedule, steps },
  }).training;

describe('learning-rate schedules', () => {
  it('constant', () => {
    expect([0, 50, 99].map((at) => rateAt(training({ type: 'constant' }), at))).toEqual([0.5, 0.5, 0.5]);
  });

  it('warm-up rises by equal parts and is complete at its last step', () => {
    const warm = training({ type: 'constant', warmup: 5 });
    expect([0, 1, 2, 3, 4, 5].map((at) => Number(rateAt(warm, at).toFixed(12)))).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.5]);
  });

  it('steps down at each milestone', () => {
    const stepped = training({ type: 'step', milestones: [10, 20], factor: 0.1 });
    expect([9, 10, 19, 20].map((at) => Number(rateAt(stepped, at).toFixed(12)))).toEqual([0.5, 0.05, 0.05, 0.005]);
  });

  it('cosine falls from the whole rate to almost nothing, by half at half way', () => {
    const cosine = training({ type: 'cosine' });
    expect(rateAt(cosine, 0)).toBe(0.5);
    expect(rateAt(cosine, 50)).toBeCloseTo(0.25, 12);
    for (const at of [1, 37, 99]) expect(rateAt(cosine, at)).toBeCloseTo(0.25 * (1 + Math.cos((Math.PI * at) / 100)), 14);
  });

  it('cosine after warm-up runs over the rest', () => {
    const cosine = training({ type: 'cosine', warmup: 20 });
    expect(rateAt(cosine, 20)).toBe(0.5);
    expect(rateAt(cosine, 60)).toBeCloseTo(0.25, 12);
  });

  it('a rewound schedule is taken up in its place; fine-tuning stays at the last rate', () => {
    const cosine = training({ type: 'cosine' });
    expect(rateFor({ from: 30 }, cosine)(30)).toBe(rateAt(cosine, 30));
    expect([0, 50].map(rateFor('final-rate', cosine))).toEqual([rateAt(cosine, 99), rateAt(cosine, 99)]);
  });
});
