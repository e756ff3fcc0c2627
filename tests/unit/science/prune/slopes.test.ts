/** Slopes from a real engine against finite differences of a loss written out here, in doubles. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSparseEngine } from '../../../../src/engines/sparse/engine.ts';
import { readFile } from 'node:fs/promises';
import { mlp } from '../../../../src/models/mlp.ts';
import { prunableParameters } from '../../../../src/models/model.ts';
import { initialise } from '../../../../src/science/init.ts';
import { bitsWhere, countBits, denseMask, getBit, trainablePlanes } from '../../../../src/science/mask.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { drawMask, slopesAt } from '../../../../src/science/draw.ts';
import { criteria } from '../../../../src/science/prune/criteria.ts';
import { measureSlopes, scoringExamples, type Slopes } from '../../../../src/science/prune/slopes.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { parseRecipe } from '../../../../src/science/recipe/parse.ts';
import type { Recipe } from '../../../../src/science/recipe/schema.ts';
import { needsOf } from '../../../../src/science/recipe/needs.ts';
import type { Trainer } from '../../../../src/science/trainer.ts';
import { batchesOf } from '../../../../src/tasks/batches.ts';
import { openTask } from '../../../../src/tasks/load.ts';
import { splitFor } from '../../../../src/tasks/split.ts';
import { LabService } from '../../../../src/worker/service.ts';
import { inputsOf, tinyBatches, tinyTask } from '../../../support/tiny-task.ts';
import { tinyRecipe } from '../recipes.ts';

const task = tinyTask({ kind: 'floats', input: { height: 1, width: 1, channels: 5 }, classes: 3, count: 90 });
const model = mlp({ family: 'mlp', hidden: [4], activation: 'tanh' }, task.input, task.classes);
const examples = Uint32Array.from({ length: 30 }, (_, index) => index);
const start = initialise(model, 'kaiming-normal', 4);
start.parameters['dense1/bias'].set([0.1, -0.2, 0.3, 0]);
/** A third of the first layer is gone. */
const mask = { ...denseMask(model), 'dense1/weight': bitsWhere(20, (index) => index % 3 !== 0) };
for (let index = 0; index < 20; index += 3) start.parameters['dense1/weight'][index] = 0;

type Doubles = Record<string, number[]>;
const doubles = (): Doubles => Object.fromEntries(Object.entries(start.parameters).map(([name, values]) => [name, [...values]]));

/** Mean cross-entropy of the 5-4-3 network on the examples, its logits divided by a temperature. */
function loss(weights: Doubles, temperature: number): number {
  let sum = 0;
  for (const example of examples) {
    const x = inputsOf(task, example);
    const layer = (name: string, inputs: readonly number[]): number[] =>
      weights[`${name}/bias`].map((bias, unit) =>
        inputs.reduce((total, value, index) => total + weights[`${name}/weight`][unit * inputs.length + index] * value, bias),
      );
    const logits = layer('output', layer('dense1', x).map(Math.tanh)).map((value) => value / temperature);
    sum += Math.log(logits.reduce((total, value) => total + Math.exp(value), 0)) - logits[task.labels[example]];
  }
  return sum / examples.length;
}

/** d/dw of a function of all weights, by central differences. */
function slope(of: (weights: Doubles) => number, name: string, index: number, h: number): number {
  const at = (step: number): number => {
    const moved = doubles();
    moved[name][index] += step;
    return of(moved);
  };
  return (at(h) - at(-h)) / (2 * h);
}

function gradient(weights: Doubles, temperature = 1, h = 1e-5): Doubles {
  return Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [
      name,
      values.map((value, index) => {
        const at = (step: number): number => loss({ ...weights, [name]: values.with(index, value + step) }, temperature);
        return (at(h) - at(-h)) / (2 * h);
      }),
    ]),
  );
}

const isKept = (name: string, index: number): boolean => name !== 'dense1/weight' || index % 3 !== 0;

/** Half the squared norm of the gradient of everything that is left. */
const halfNormAt =
  (temperature: number) =>
  (weights: Doubles): number =>
    Object.entries(gradient(weights, temperature)).reduce(
      (sum, [name, values]) => sum + values.reduce((one, value, index) => one + (isKept(name, index) ? (value * value) / 2 : 0), 0),
      0,
    );

describe('slopes', () => {
  let trainer: Trainer;
  let slopes: Slopes;
  const measured = (scoring: Parameters<typeof measureSlopes>[2]): Promise<Slopes> =>
    measureSlopes(trainer, model, scoring, start, mask, tinyBatches(task, 30), examples);
  const contextOf = (of: Slopes) => ({
    model,
    seed: 1,
    mask,
    init: start.parameters,
    final: start.parameters,
    weights: start.parameters,
    slopes: of,
  });
  beforeAll(async () => {
    const optimizer = { type: 'sgd', learningRate: 0.1 } as const;
    const engine = await createSparseEngine();
    trainer = await engine.createTrainer({ model, task, optimizer, weightDecay: 0, batchSize: 30, networks: 1 });
    slopes = await measured({ criterion: 'grasp', temperature: 1 });
  });
  afterAll(() => trainer.dispose());

  it('the gradient agrees with finite differences, absent weights included', () => {
    const expected = gradient(doubles());
    for (const { name } of prunableParameters(model))
      slopes.gradient[name].forEach((value, index) => expect(Math.abs(value - expected[name][index])).toBeLessThan(1e-4));
  });

  it.each([1, 3, 200])('at temperature %i GraSP scores a weight by what its removal does to the gradient’s norm', async (temperature) => {
    const context = contextOf(await measured({ criterion: 'grasp', temperature }));
    const [scores, sizes] = [criteria.grasp.score(context), criteria['grasp-magnitude'].score(context)];
    // Derivatives of logits divided by τ are smaller by it, and their products by its square.
    const scale = temperature * temperature;
    let positive = 0;
    for (const { name, size } of prunableParameters(model)) {
      for (let index = 0; index < size; index++) {
        // Removing w changes the half norm by −w × d(half norm)/dw to first order; what lowers it least is cut first.
        const expected = scale * start.parameters[name][index] * slope(halfNormAt(temperature), name, index, 1e-4);
        expect(Math.abs(scale * scores[name][index] - expected)).toBeLessThan(2e-3 * Math.max(1, Math.abs(expected)));
        // Size alone: what changes it least, either way.
        expect(sizes[name][index]).toBe(Math.abs(scores[name][index]));
        if (expected > 0) positive++;
      }
    }
    expect(positive).toBeGreaterThan(5);
  });

  it('a temperature of 1 changes no bit, and SNIP knows of none', async () => {
    const plain = await measureSlopes(trainer, model, tinyRecipe().pruning, start, mask, tinyBatches(task, 30), examples);
    expect((await measured({ criterion: 'grasp', temperature: 1 })).gradient).toEqual(plain.gradient);
    expect((await measured({ criterion: 'snip', temperature: 200 })).gradient).toEqual(plain.gradient);
    expect((await measured({ criterion: 'grasp', temperature: 200 })).gradient).not.toEqual(plain.gradient);
  });

  it('are measured only where a run’s own criterion needs them', () => {
    const recipe = tinyRecipe({ pruning: { levels: 1, criterion: 'snip', scoredAt: 'init', schedule: 'one-shot' } });
    const ancestors = { parent: { mask: denseMask(model), final: start }, rewindPoint: null };
    const at = (arm: 'ticket' | 'random-mask') => slopesAt(planOf(recipe), model, { seed: 1, arm, level: 1 }, ancestors);
    expect(at('ticket')?.parameters).toEqual(initialise(model, 'glorot-normal', 1).parameters);
    expect(at('random-mask')).toBeNull();
    expect(needsOf(recipe)).toContain('dense-gradients');
  });

  it('give SNIP’s mask exactly the recipe’s count', () => {
    const recipe = tinyRecipe({ pruning: { levels: 1, criterion: 'snip', scope: 'global', rate: 0.5 } });
    const drawn = drawMask(planOf(recipe), model, { seed: 1, arm: 'ticket', level: 1 }, { mask, final: start }, slopes);
    // 13 of 20 and 12 of 12 weights were left.
    expect(Object.values(drawn).reduce((sum, bits) => sum + countBits(bits), 0)).toBe(12);
  });
});

describe('a run at initialisation, in the worker that trains it', () => {
  const recipeOf = (pruning: Record<string, unknown>) =>
    parseRecipe({
      task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
      model: { family: 'mlp', hidden: [100, 100, 100, 100, 100], init: 'kaiming-uniform' },
      training: { batchSize: 50, steps: 2, evaluateEvery: 2 },
      pruning: { levels: 1, scoredAt: 'init', scope: 'global', ...pruning },
      arms: ['ticket', 'random-mask'],
      seeds: [1],
    });
  const source = { read: (path: string) => readFile(new URL(`../../../../datasets/${path}`, import.meta.url)) };

  async function maskOf(recipe: Recipe) {
    const service = new LabService({ source });
    await service.prepare({ recipe, engine: 'sparse' }, () => undefined);
    const dense = denseMask(modelOf(recipe));
    // Its trained weights are nonsense: nothing but the init may be looked at.
    const parent = { mask: dense, final: initialise(modelOf(recipe), 'glorot-normal', 77) };
    const ancestors = { parent, rewindPoint: null };
    return (await service.run({ plan: planOf(recipe), run: { seed: 1, arm: 'ticket', level: 1 }, ancestors, keep: [] })).mask;
  }

  it('is cut by |w × g| of as many examples as the recipe says', async () => {
    const recipe = recipeOf({ criterion: 'snip', schedule: 'one-shot', rate: 0.9, examplesPerClass: 3 });
    const net = modelOf(recipe);
    const digits = await openTask(recipe.task, source, () => undefined);
    const { train } = splitFor('digits', recipe.task, 1);
    const batches = batchesOf(train, 50, 1);
    const engine = await createSparseEngine();
    const optimizer = { type: 'sgd', learningRate: 0.1 } as const;
    const own = await engine.createTrainer({ model: net, task: digits, optimizer, weightDecay: 0, batchSize: 50, networks: 1 });
    const init = initialise(net, 'kaiming-uniform', 1);
    own.start(0, { snapshot: init, planes: trainablePlanes(denseMask(net)), batches, position: 0, rateAt: () => 0 });
    const chosen = await scoringExamples(digits, train, 3, 1);
    expect(chosen).toHaveLength(30);
    const slope = await own.gradients(0, chosen);
    const scores = prunableParameters(net).flatMap(({ name }) =>
      [...init.parameters[name]].map((weight, at) => Math.abs(Math.fround(weight) * slope[name][at])),
    );
    const mask = await maskOf(recipe);
    const kept = prunableParameters(net).flatMap(({ name, size }) => Array.from({ length: size }, (_, at) => getBit(mask[name], at)));
    const least = Math.min(...scores.filter((_, at) => kept[at]));
    const most = Math.max(...scores.filter((_, at) => !kept[at]));
    expect(least).toBeGreaterThanOrEqual(most * (1 - 1e-6));
  });

  it('SNIP empties a layer at one weight in two thousand, where SynFlow keeps a path', async () => {
    const least = async (pruning: Record<string, unknown>) =>
      Math.min(...Object.values(await maskOf(recipeOf({ rate: 0.9995, ...pruning }))).map(countBits));
    const snip = await least({ criterion: 'snip', schedule: 'one-shot' });
    expect(snip).toBe(0);
    expect(await least({ criterion: 'synflow', schedule: 'exponential' })).toBeGreaterThan(0);
  });
});

describe('examples to score on', () => {
  it('are as many of each class, of the training split, the same for a seed', async () => {
    const chosen = await scoringExamples(task, examples, 4, 1);
    expect([0, 1, 2].map((label) => chosen.filter((example) => task.labels[example] === label).length)).toEqual([4, 4, 4]);
    expect(new Set(chosen).size).toBe(12);
    expect(chosen.every((example) => examples.includes(example))).toBe(true);
    expect(await scoringExamples(task, examples, 4, 1)).toEqual(chosen);
    expect(await scoringExamples(task, examples, 4, 2)).not.toEqual(chosen);
  });
});
