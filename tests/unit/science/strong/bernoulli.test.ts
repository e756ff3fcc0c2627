import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createSparseEngine } from '../../../../src/engines/sparse/engine.ts';
import { draw } from '../../../../src/science/draw.ts';
import { initialise } from '../../../../src/science/init.ts';
import { learnerOf } from '../../../../src/science/learners.ts';
import { bitsWhere, countBits, denseMask, density, getBit } from '../../../../src/science/mask.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { needsOf } from '../../../../src/science/recipe/needs.ts';
import { parseRecipe } from '../../../../src/science/recipe/parse.ts';
import { effective, learnLogits, logitSlopes, scaleOf } from '../../../../src/science/strong/bernoulli.ts';
import { drawBits, firstLogit, probability } from '../../../../src/science/strong/bernoulli-mask.ts';
import { batchesOf } from '../../../../src/tasks/batches.ts';
import { splitFor } from '../../../../src/tasks/split.ts';
import { LabService } from '../../../../src/worker/service.ts';
import { referenceGradients } from '../../../support/reference.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { tinyRecipe } from '../recipes.ts';

const bernoulli = { method: { type: 'bernoulli' }, arms: ['ticket'] };

describe('worked by hand', () => {
  it('probabilities, and the logits they begin from', () => {
    expect(probability(0)).toBe(0.5);
    expect(probability(Math.log(3))).toBeCloseTo(0.75, 12);
    expect(probability(firstLogit(3, 9))).toBeCloseTo(0.35, 12);
    expect(Number.isFinite(firstLogit(9, 9))).toBe(true);
  });

  it('draws as many as the probabilities say, the same of the same stream', () => {
    const logits = new Float32Array(20_000).fill(Math.log(3));
    expect(countBits(drawBits(logits, 1, 'one')) / logits.length).toBeCloseTo(0.75, 1);
    expect(drawBits(logits, 1, 'one')).toEqual(drawBits(logits, 1, 'one'));
    expect(drawBits(logits, 1, 'one')).not.toEqual(drawBits(logits, 1, 'two'));
    expect(countBits(drawBits(new Float32Array(50).fill(40), 1, 'one'))).toBe(50);
    expect(countBits(drawBits(new Float32Array(50).fill(-40), 1, 'one'))).toBe(0);
  });

  it('divides by the share kept, where it is asked to', () => {
    const bits = bitsWhere(4, (at) => at < 1);
    expect([
      scaleOf(bits, true),
      scaleOf(bits, false),
      scaleOf(
        bitsWhere(4, () => false),
        true,
      ),
    ]).toEqual([4, 1, 1]);
    const weights = { parameters: { w: Float32Array.of(0.5, 1, 1, 1), b: Float32Array.of(7) }, buffers: {} };
    expect(effective(weights, { w: bits }, true).parameters).toEqual({ w: Float32Array.of(2, 0, 0, 0), b: Float32Array.of(7) });
  });

  it('a step of the logits goes against gradient × scale × weight × σ(1 − σ), with momentum', () => {
    const logits = Float32Array.of(0, 0, 0);
    const velocity = Float32Array.of(0, 1, 0);
    const slopes = logitSlopes(logits, Float32Array.of(2, 4, 0), Float32Array.of(1, -0.5, 3), 2);
    expect([...slopes]).toEqual([1, -1, 0]);
    learnLogits(logits, velocity, slopes, 0.25, 0.5);
    expect([...velocity]).toEqual([1, -0.5, 0]);
    expect([...logits]).toEqual([-0.25, 0.125, 0]);
  });
});

describe('one step of the learner on a tiny network', () => {
  const recipe = tinyRecipe({ ...bernoulli, model: { family: 'mlp', hidden: [6], activation: 'tanh' } });
  const model = modelOf(recipe);
  const task = tinyTask({ kind: 'floats', input: { height: 8, width: 8, channels: 1 }, classes: 10, count: 1797 });
  const weights = initialise(model, 'glorot-normal', 1);

  it('slopes are those of finite differences, through the mask as if it were σ(v)', () => {
    const logits = Object.fromEntries(
      Object.keys(denseMask(model)).map((name) => [name, weights.parameters[name].map((_, at) => (at % 5) / 3 - 0.5)]),
    );
    const mask = Object.fromEntries(Object.entries(logits).map(([name, values]) => [name, drawBits(values, 1, name)]));
    const under = effective(weights, mask, true).parameters;
    const doubles = Object.fromEntries(Object.entries(under).map(([name, values]) => [name, [...values]]));
    const examples = [1, 2, 3, 4, 5];
    const { gradients } = referenceGradients(model, doubles, task, examples);
    for (const [name, values] of Object.entries(logits)) {
      const scale = scaleOf(mask[name], true);
      const slopes = logitSlopes(values, weights.parameters[name], Float32Array.from(gradients[name]), scale);
      for (const at of [0, 7, 13, 20, 41]) {
        const lossAt = (step: number) => {
          const moved = probability(values[at] + step) - probability(values[at]);
          const parameter = doubles[name].map((value, index) =>
            index === at ? value + scale * weights.parameters[name][at] * moved : value,
          );
          return referenceGradients(model, { ...doubles, [name]: parameter }, task, examples).loss;
        };
        expect(slopes[at]).toBeCloseTo((lossAt(1e-4) - lossAt(-1e-4)) / 2e-4, 5);
      }
    }
  });

  it.each([1, 3])('comes out the same in strides of %i, and is measured by the mask it tells', async (stride) => {
    const plan = planOf(recipe);
    const run = { seed: 1, arm: 'ticket', level: 1 } as const;
    const ancestors = { parent: { mask: denseMask(model), final: weights }, rewindPoint: null };
    const engine = await createSparseEngine();
    const { optimizer, weightDecay, batchSize } = recipe.training;
    const control = { due: () => false, breathe: () => Promise.resolve() };
    const learn = async (by: number) => {
      const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay, batchSize, networks: 1 });
      const { learner } = learnerOf(
        plan,
        model,
        run,
        draw(plan, model, run, ancestors),
        batchesOf(splitFor('digits', recipe.task, 1).train, 20, 1),
      );
      if (learner === undefined) throw new Error('a learner');
      learner.begin(trainer);
      for (let at = 0; at < 6; at += by) await learner.advance(trainer, at, at + by, control);
      return { mask: learner.mask, parameters: (await trainer.read(0)).parameters };
    };
    const whole = await learn(6);
    expect(await learn(stride)).toEqual(whole);
    expect(whole.parameters).toEqual(effective(initialise(model, 'glorot-normal', 1), whole.mask, true).parameters);
  });

  it('asks for gradients of absent weights, and refuses what untrained weights cannot have', () => {
    expect(needsOf(recipe)).toContain('dense-gradients');
    for (const [changes, subject] of [
      [{ arms: ['ticket', 'reinit'] }, 'arms'],
      [{ rewind: { weights: 'final' } }, 'rewind.weights'],
      [{ pruning: { levels: 1, scope: 'global' } }, 'pruning.scope'],
      [{ pruning: { levels: 1, criterion: 'snip' } }, 'pruning.criterion'],
    ] as const) {
      let refusal: unknown;
      try {
        tinyRecipe({ ...bernoulli, ...changes });
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toMatchObject({ subject });
    }
  });
});

describe('on handwritten digits', () => {
  it('finds a part of an untrained network that knows most of them, and tells how much of it it keeps', async () => {
    const recipe = parseRecipe({
      task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
      model: { family: 'mlp', hidden: [64, 32] },
      training: { batchSize: 50, steps: 200, evaluateEvery: 50 },
      pruning: { levels: 1, rate: 0.5, outputRate: 0.5 },
      seeds: [1],
      ...bernoulli,
    });
    const source = { read: (path: string) => readFile(new URL(`../../../../datasets/${path}`, import.meta.url)) };
    const service = new LabService({ source });
    await service.prepare({ recipe, engine: 'sparse' }, () => undefined);
    const model = modelOf(recipe);
    const init = initialise(model, 'glorot-normal', 1);
    const ancestors = { parent: { mask: denseMask(model), final: init }, rewindPoint: null };
    const { result, mask, final } = await service.run({
      plan: planOf(recipe),
      run: { seed: 1, arm: 'ticket', level: 1 },
      ancestors,
      keep: [],
    });
    expect(result.initial?.accuracy.test).toBeLessThan(0.3);
    expect(result.metrics.accuracy.test).toBeGreaterThan(0.65);
    expect(result.density).toBe(density(mask));
    expect(result.density).not.toBeCloseTo(0.5, 3);
    for (const [name, bits] of Object.entries(mask)) {
      const scale = scaleOf(bits, true);
      final.parameters[name].forEach((value, at) =>
        expect(value).toBe(getBit(bits, at) ? Math.fround(scale * init.parameters[name][at]) : 0),
      );
    }
  });
});
