import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createSparseEngine } from '../../../../src/engines/sparse/engine.ts';
import { initialise } from '../../../../src/science/init.ts';
import { countBits, getBit } from '../../../../src/science/mask.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { keptAt } from '../../../../src/science/prune/counts.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { needsOf } from '../../../../src/science/recipe/needs.ts';
import { parseRecipe } from '../../../../src/science/recipe/parse.ts';
import { learnScores } from '../../../../src/science/strong/edge-popup.ts';
import { LabService } from '../../../../src/worker/service.ts';
import { tinyRecipe } from '../recipes.ts';

const untrained = { method: { type: 'edge-popup' }, arms: ['ticket'] };

describe('a step of the scores, worked by hand', () => {
  it('goes against sign(s) × w × gradient, with momentum', () => {
    const [scores, velocity] = [Float32Array.of(1, -1, 0.5), Float32Array.of(0, 2, 0)];
    learnScores(scores, velocity, Float32Array.of(2, 2, 0), Float32Array.of(0.5, 0.5, 8), 0.25, 0.5);
    // Slopes 1, −1, 0; velocities 1, 0, 0; scores fall by a quarter of those.
    expect([...velocity]).toEqual([1, 0, 0]);
    expect([...scores]).toEqual([0.75, -1, 0.5]);
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
  const recipe = parseRecipe({
    task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
    model: { family: 'mlp', hidden: [64, 32], init: 'kaiming-normal' },
    training: { batchSize: 50, steps: 200, evaluateEvery: 50, schedule: { type: 'cosine' } },
    pruning: { levels: 1, rate: 0.5, outputRate: 0.5 },
    seeds: [1],
    ...untrained,
  });
  const model = modelOf(recipe);
  const plan = planOf(recipe);
  const source = { read: (path: string) => readFile(new URL(`../../../../datasets/${path}`, import.meta.url)) };
  const train = async () => {
    const service = new LabService({ source });
    await service.prepare({ recipe, engine: 'sparse' }, () => undefined);
    const dense = await service.run({ plan, run: { seed: 1, arm: 'ticket', level: 0 }, ancestors: null, keep: [] });
    const ancestors = { parent: { mask: dense.mask, final: dense.final }, rewindPoint: null };
    return service.run({ plan, run: { seed: 1, arm: 'ticket', level: 1 }, ancestors, keep: [] });
  };
  const outcome = await train();

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

  it('comes out the same, bit for bit, when it is run again', async () => {
    expect((await train()).result.fingerprint).toBe(outcome.result.fingerprint);
    expect((await createSparseEngine()).missing(needsOf(recipe))).toEqual([]);
  });
});
