import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { prunableParameters } from '../../../../src/models/model.ts';
import { createSparseEngine } from '../../../../src/engines/sparse/engine.ts';
import { initialise } from '../../../../src/science/init.ts';
import { countBits, getBit } from '../../../../src/science/mask.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { keptAt } from '../../../../src/science/prune/counts.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { needsOf } from '../../../../src/science/recipe/needs.ts';
import { parseRecipe } from '../../../../src/science/recipe/parse.ts';
import { learnScores, rescaled } from '../../../../src/science/strong/edge-popup.ts';
import { firstMask, popUp } from '../../../../src/science/strong/popup-mask.ts';
import { LabService } from '../../../../src/worker/service.ts';
import { tinyRecipe } from '../recipes.ts';

const untrained = { method: { type: 'edge-popup' }, arms: ['ticket'] };

describe('a step of the scores, worked by hand', () => {
  it('goes against sign(s) × w × gradient, with momentum', () => {
    const [scores, velocity] = [Float32Array.of(1, -1, 0.5), Float32Array.of(0, 2, 0)];
    learnScores(scores, velocity, Float32Array.of(2, 2, 0), Float32Array.of(0.5, 0.5, 8), 0.25, { scoreMomentum: 0.5, scoreDecay: 0 });
    // Slopes 1, −1, 0; velocities 1, 0, 0; scores fall by a quarter of those.
    expect([...velocity]).toEqual([1, 0, 0]);
    expect([...scores]).toEqual([0.75, -1, 0.5]);
  });
});

describe('decay, worked by hand', () => {
  it('draws scores to zero, through the momentum', () => {
    const [scores, velocity] = [Float32Array.of(1, -1), Float32Array.of(0, 1)];
    learnScores(scores, velocity, Float32Array.of(2, 0), Float32Array.of(0.5, 3), 0.25, { scoreMomentum: 0.5, scoreDecay: 0.5 });
    // Slopes 1 + ½·1 and 0 + ½·(−1); velocities 1.5 and 0.5 − 0.5.
    expect([...velocity]).toEqual([1.5, 0]);
    expect([...scores]).toEqual([0.625, -1]);
  });
});

it('of equal scores a layer uses as many weights as the ladder keeps, none more, another draw for another seed', () => {
  const model = modelOf(tinyRecipe());
  const names = prunableParameters(model).map(({ name }) => name);
  // Only the first weight is above the threshold; all others are at it.
  const scores = Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => [name, new Float32Array(size).fill(-0.5).fill(2, 0, 1)]),
  );
  const counts = Object.fromEntries(names.map((name, at) => [name, 3 + at]));
  const masks = [1, 2].map((seed) => popUp(model, scores, counts, seed));
  for (const mask of masks) {
    expect(names.map((name) => countBits(mask[name]))).toEqual(names.map((name) => counts[name]));
    expect(names.every((name) => getBit(mask[name], 0))).toBe(true);
  }
  expect(masks[0]).not.toEqual(masks[1]);
  expect(popUp(model, scores, counts, 1)).toEqual(masks[0]);
});

describe('rescaling, worked by hand', () => {
  it('multiplies a layer’s weights by √(n/k), and leaves one that keeps nothing', () => {
    const weights = { parameters: { one: Float32Array.of(1, -2, 3, 4), two: Float32Array.of(5, 6) }, buffers: {} };
    const { parameters } = rescaled(weights, { one: 1, two: 0 });
    expect([...parameters.one]).toEqual([2, -4, 6, 8]);
    expect([...parameters.two]).toEqual([5, 6]);
  });
});

describe('a recipe for untrained weights', () => {
  it('asks the engine for gradients of absent weights', () => expect(needsOf(tinyRecipe(untrained))).toContain('dense-gradients'));

  it.each([
    [{ rewind: { weights: 'final' } }, 'rewind.weights'],
    [{ rewind: { weights: { step: 5 } } }, 'rewind.weights'],
    [{ rewind: { cut: 'frozen' } }, 'rewind.cut'],
    [{ pruning: { levels: 1, scope: 'global' } }, 'pruning.scope'],
    [{ arms: ['ticket', 'reinit'] }, 'arms'],
  ])('refuses %j before anything trains, naming both fields', (changes, field) => {
    let refusal: unknown;
    try {
      tinyRecipe({ ...untrained, ...changes });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ subject: field });
    expect(String(refusal)).toContain('edge-popup');
  });
});

describe('edge-popup on handwritten digits', async () => {
  const base = {
    task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
    model: { family: 'mlp', hidden: [64, 32], init: 'kaiming-normal' },
    training: { batchSize: 50, steps: 200, evaluateEvery: 50, schedule: { type: 'cosine' } },
    pruning: { levels: 1, rate: 0.5, outputRate: 0.5 },
    seeds: [1],
    ...untrained,
  };
  const recipe = parseRecipe(base);
  const model = modelOf(recipe);
  const plan = planOf(recipe);
  const source = { read: (path: string) => readFile(new URL(`../../../../datasets/${path}`, import.meta.url)) };
  const trained = async (changes: object) => {
    const own = parseRecipe({ ...base, ...changes });
    const plan = planOf(own);
    const service = new LabService({ source });
    await service.prepare({ recipe: own, engine: 'sparse' }, () => undefined);
    const dense = await service.run({ plan, run: { seed: 1, arm: 'ticket', level: 0 }, ancestors: null, keep: [] });
    const ancestors = { parent: { mask: dense.mask, final: dense.final }, rewindPoint: null };
    return service.run({ plan, run: { seed: 1, arm: 'ticket', level: 1 }, ancestors, keep: [] });
  };
  const outcome = await trained({});

  it('finds half a network of untrained weights that knows most digits', () => {
    expect(outcome.result.initial?.accuracy.test).toBeLessThan(0.3);
    expect(outcome.result.metrics.accuracy.test).toBeGreaterThan(0.75);
  });

  it('keeps exactly the ladder’s counts, and every weight at its init or zero', () => {
    const init = initialise(model, 'kaiming-normal', 1).parameters;
    for (const [name, bits] of Object.entries(outcome.mask)) {
      expect(countBits(bits)).toBe(keptAt(plan, model, 1).layers?.[name]);
      outcome.final.parameters[name].forEach((value, at) => expect(value).toBe(getBit(bits, at) ? init[name][at] : 0));
    }
  });

  it('rescaled, with the authors’ scores, knows more digits at a twentieth of the weights', async () => {
    const sparse = (method: object) =>
      trained({ method: { type: 'edge-popup', scoreRate: 0.01, ...method }, pruning: { levels: 1, rate: 0.95, outputRate: 0.95 } });
    const [plain, own] = [await sparse({}), await sparse({ rescale: true, scoreInit: 'fan-in-uniform', scoreDecay: 0.0001 })];
    expect(own.result.metrics.accuracy.test).toBeGreaterThan(plain.result.metrics.accuracy.test + 0.15);
    const init = initialise(model, 'kaiming-normal', 1).parameters;
    for (const [name, bits] of Object.entries(own.mask)) {
      const scale = Math.sqrt(bits.size / countBits(bits));
      own.final.parameters[name].forEach((value, at) => expect(value).toBe(getBit(bits, at) ? Math.fround(scale * init[name][at]) : 0));
    }
  });

  it('scores drawn √6 times narrower begin with the same mask', () => {
    const method = { type: 'edge-popup', scoreRate: 0.1, scoreMomentum: 0.9, scoreDecay: 0, rescale: false } as const;
    const at = (scoreInit: 'kaiming-uniform' | 'fan-in-uniform') =>
      firstMask(plan, model, { seed: 1, arm: 'ticket', level: 1 }, { ...method, scoreInit });
    expect(at('fan-in-uniform')).toEqual(at('kaiming-uniform'));
  });

  it('comes out the same, bit for bit, when it is run again', async () => {
    expect((await trained({})).result.fingerprint).toBe(outcome.result.fingerprint);
    expect((await createSparseEngine()).missing(needsOf(recipe))).toEqual([]);
  });
});
