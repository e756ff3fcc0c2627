import { describe, expect, it } from 'vitest';
import { LabError } from '../../../../src/science/errors.ts';
import { parseNewRecipe, parseRecipe, parseRecipeText } from '../../../../src/science/recipe/parse.ts';

const least = { task: { dataset: 'mnist', train: 55_000, validation: 5_000, test: 10_000 }, model: { family: 'mlp', hidden: [300, 100] } };

/** The error of a recipe, as `subject: message`. */
function errorOf(raw: unknown): string {
  try {
    parseRecipe(raw);
  } catch (error) {
    if (error instanceof LabError) return `${error.subject} | ${error.message}`;
    throw error;
  }
  return '';
}

describe('defaults', () => {
  it('make the paper’s recipe of a data set and a network', () => {
    expect(parseRecipe(least)).toEqual({
      version: 1,
      name: '',
      task: { dataset: 'mnist', train: 55_000, validation: 5_000, test: 10_000, normalise: 'dataset', augment: [], corrupt: 'none' },
      model: { family: 'mlp', hidden: [300, 100], activation: 'relu', init: 'glorot-normal' },
      training: {
        optimizer: { type: 'adam', learningRate: 0.0012, beta1: 0.9, beta2: 0.999 },
        weightDecay: 0,
        schedule: { type: 'constant', warmup: 0 },
        batchSize: 60,
        steps: 8000,
        evaluateEvery: 100,
        curveTest: 2000,
      },
      method: { type: 'prune' },
      pruning: {
        criterion: 'magnitude',
        signAware: false,
        scoredAt: 'final',
        examplesPerClass: 10,
        temperature: 1,
        scope: 'layerwise',
        schedule: 'iterative',
        structure: 'weights',
        blockSize: 4,
        levels: 15,
        rate: 0.2,
        convRate: 0.2,
        outputRate: 0.1,
      },
      rewind: { weights: 'init', schedule: { from: 0 }, kept: 'rewound', cut: 'zero' },
      transfer: null,
      arms: ['ticket', 'reinit', 'random-mask'],
      seeds: [1, 2, 3],
    });
  });

  it('follow what is written: the optimiser’s own, the schedule from the rewind step, one rate under global scope', () => {
    expect(parseRecipe({ ...least, training: { optimizer: { type: 'momentum' } } }).training.optimizer).toEqual({
      type: 'momentum',
      learningRate: 0.1,
      momentum: 0.9,
    });
    expect(parseRecipe({ ...least, rewind: { weights: { step: 500 } } }).rewind.schedule).toEqual({ from: 500 });
    expect(parseRecipe({ ...least, pruning: { scope: 'global', rate: 0.3 } }).pruning).toMatchObject({
      rate: 0.3,
      convRate: 0.3,
      outputRate: 0.3,
    });
  });
});

describe('errors name the field and the remedy', () => {
  it.each([
    [null, /^recipe \| .*JSON object/],
    [[], /^recipe \| /],
    [{ ...least, colour: 1 }, /^colour \| colour: .*remove/],
    [{ ...least, training: { learningRate: 0.1 } }, /^training\.learningRate \| .*no such field/],
    [{ ...least, training: { optimizer: { type: 'adam', momentum: 0.9 } } }, /^training\.optimizer\.momentum \| /],
    [{ ...least, training: { optimizer: { type: 'lion' } } }, /^training\.optimizer\.type \| .*"adam"/],
    [{ ...least, training: 7 }, /^training \| training should be Object, but is 7/],
    [{ ...least, training: { steps: 'many' } }, /^training\.steps \| training\.steps should be number, but is "many"/],
    [{ ...least, training: { steps: NaN } }, /^training\.steps \| .*NaN/],
    [{ ...least, training: { weightDecay: Infinity } }, /^training\.weightDecay \| /],
    [{ ...least, training: { steps: 0 } }, /^training\.steps \| .*>=1.*0/],
    [{ ...least, pruning: { rate: 1 } }, /^pruning\.rate \| .*<1/],
    [{ ...least, pruning: { rate: -0.1 } }, /^pruning\.rate \| .*>=0/],
    [{ ...least, seeds: [] }, /^seeds \| /],
    [{ ...least, seeds: [1, 2, 1] }, /^seeds \| seeds has 1 twice/],
    [{ ...least, arms: ['reinit'] }, /^arms \| .*Add "ticket"/],
    [{ ...least, arms: ['ticket', 'oracle'] }, /^arms\.1 \| .*"random-mask"/],
    [{ model: least.model }, /^task.* is missing/],
    [{ ...least, model: { family: 'mlp' } }, /^model\.hidden \| model\.hidden is missing/],
    [{ ...least, model: { family: 'cnn', hidden: [] } }, /^model\.family \| /],
    [{ ...least, model: { ...least.model, hidden: [8192, 8192] } }, /^model\.hidden \| .*smaller/],
    [{ ...least, task: { ...least.task, dataset: 'imagenet' } }, /^task\.dataset \| .*mnist/],
    [{ ...least, task: { ...least.task, train: 60_000 } }, /^task\.train \| .*60/],
    [{ ...least, task: { ...least.task, test: 20_000 } }, /^task\.test \| .*10/],
    [{ ...least, task: { ...least.task, train: 50 } }, /^training\.batchSize \| /],
    [{ ...least, training: { steps: 100, schedule: { type: 'cosine', warmup: 200 } } }, /^training\.schedule\.warmup \| /],
    [{ ...least, training: { schedule: { type: 'step', milestones: [9, 3], factor: 0.1 } } }, /^training\.schedule\.milestones \| /],
    [{ ...least, pruning: { scope: 'global', outputRate: 0.1 } }, /^pruning\.outputRate \| .*global/],
    [{ ...least, rewind: { weights: { step: 8000 } } }, /^rewind\.weights\.step \| .*8000/],
    [{ ...least, rewind: { schedule: { from: 9000 } } }, /^rewind\.schedule\.from \| /],
    [{ ...least, rewind: { weights: 'begin' } }, /^rewind\.weights \| .*"init"/],
    [{ ...least, version: 2 }, /^version \| /],
  ])('%j', (raw, expected) => {
    expect(errorOf(raw)).toMatch(expected);
  });

  it('a text must be JSON, and of a recipe’s length', () => {
    expect(() => parseRecipeText('{ "task": ')).toThrow(/JSON/);
    expect(() => parseRecipeText(' '.repeat(70_000))).toThrow(/64 kB/);
    expect(parseRecipeText(JSON.stringify(least))).toEqual(parseRecipe(least));
  });

  it('a key that objects have by themselves is as unknown as any other', () => {
    expect(errorOf(JSON.parse(`{"__proto__": {"steps": 1}, ${JSON.stringify(least).slice(1)}`))).toMatch(/__proto__/);
    expect(errorOf({ ...least, constructor: 1 })).toMatch(/^constructor/);
  });
});

describe('a field that is hard to name', () => {
  it('without a name is called ""', () => {
    expect(errorOf({ ...least, '': 1 })).toMatch(/^"" \| "": recipes have no such field/);
    expect(errorOf({ ...least, task: { ...least.task, '': 1 } })).toMatch(/^task\."" \| /);
  });

  it('or a value that fills pages is shortened', () => {
    for (const text of [
      errorOf({ ...least, task: { ...least.task, train: 'x'.repeat(5000) } }),
      errorOf({ ...least, ['x'.repeat(5000)]: 1 }),
    ]) {
      expect(text).toMatch(/x{79,80}…/);
      expect(text.length).toBeLessThan(400);
    }
  });
});

describe('fine-tuning at the last rate of a schedule that ends at nothing', () => {
  const fineTuned = (schedule: object, changes: object = {}) => ({
    ...least,
    training: { steps: 200, schedule },
    rewind: { weights: 'final', schedule: 'final-rate' },
    ...changes,
  });

  it.each([
    { type: 'cosine', warmup: 0 },
    { type: 'cosine', warmup: 10 },
    { type: 'step', milestones: [100], factor: 1e-6, warmup: 0 },
  ])('by %j is refused of a recipe to be run, by its field and with a remedy; one that ran stays readable', (schedule) => {
    expect(() => parseNewRecipe(fineTuned(schedule))).toThrow(
      expect.objectContaining({ subject: 'rewind.schedule', message: expect.stringMatching(/step.*constant/) as string }),
    );
    expect(() => parseRecipeText(JSON.stringify(fineTuned(schedule)))).toThrow(expect.objectContaining({ subject: 'rewind.schedule' }));
    expect(parseRecipe(fineTuned(schedule)).rewind.schedule).toBe('final-rate');
  });

  it('is refused of what a ticket is taken from, too', () => {
    const transfer = { training: { steps: 200, schedule: { type: 'cosine', warmup: 0 } }, take: 'ticket' };
    expect(() => parseNewRecipe(fineTuned({ type: 'constant', warmup: 0 }, { transfer }))).toThrow(
      expect.objectContaining({ subject: 'rewind.schedule' }),
    );
  });

  it.each([
    { type: 'constant', warmup: 0 },
    { type: 'step', milestones: [100, 150], factor: 0.1, warmup: 0 },
  ])('by %j goes', (schedule) => {
    expect(parseNewRecipe(fineTuned(schedule)).rewind.schedule).toBe('final-rate');
    const again = { ...fineTuned(schedule), rewind: { weights: 'final', schedule: { from: 0 } } };
    expect(parseNewRecipe({ ...again, training: { steps: 200, schedule: { type: 'cosine', warmup: 0 } } }).training.schedule.type).toBe(
      'cosine',
    );
  });
});
