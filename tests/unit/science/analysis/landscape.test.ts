/** The loss around a network, and its curvature against a Hessian made of finite differences. */
import { describe, expect, it } from 'vitest';
import { filterNormalised, inner } from '../../../../src/science/analysis/directions.ts';
import { lossExamples, type AnalysisBench } from '../../../../src/science/analysis/bench.ts';
import { sharpness, SHARPNESS_EXAMPLES } from '../../../../src/science/analysis/sharpness.ts';
import { lossSlice } from '../../../../src/science/analysis/slice.ts';
import { getBit } from '../../../../src/science/mask.ts';
import type { Tensors } from '../../../../src/science/tensors.ts';
import type { Trainer } from '../../../../src/science/trainer.ts';
import { largestEigenvalue } from '../../../support/eigenvalue.ts';
import { tinyRecipe } from '../recipes.ts';
import { benchOf } from './lab-bench.ts';

const recipe = tinyRecipe({
  model: { family: 'mlp', hidden: [3], activation: 'tanh' },
  training: { batchSize: 50, steps: 150, evaluateEvery: 50 },
  pruning: { levels: 1, rate: 0.6, outputRate: 0.2 },
});

describe('a random direction', () => {
  it('is as long as the network’s own filters, leaves absent weights absent and biases where they are', async () => {
    const { model, drawing, final } = await benchOf(recipe, 1);
    const direction = filterNormalised(model, drawing.mask, final.parameters, 1, 'slice/1');
    const width = 64;
    for (let unit = 0; unit < 3; unit++) {
      const length = (of: Float32Array): number => Math.hypot(...of.subarray(unit * width, (unit + 1) * width));
      expect(length(direction['dense1/weight'])).toBeCloseTo(length(final.parameters['dense1/weight']), 5);
    }
    const mask = drawing.mask['dense1/weight'];
    expect(direction['dense1/weight'].every((value, index) => getBit(mask, index) === (value !== 0))).toBe(true);
    expect(inner(model, { ...direction, 'dense1/weight': new Float32Array(192), 'output/weight': new Float32Array(30) }, direction)).toBe(
      0,
    );
  });
});

describe('a slice of the loss', () => {
  it('leaves cut weights that are frozen where they are', async () => {
    const bench = await benchOf({ ...recipe, rewind: { ...recipe.rewind, cut: 'frozen' } }, 1);
    const { loss } = await bench.trainer.metrics(0, lossExamples(bench), bench.control);
    expect((await lossSlice(bench, 3)).loss[4]).toBe(loss);
    const direction = filterNormalised(bench.model, bench.drawing.mask, bench.final.parameters, 1, 'slice/1');
    const mask = bench.drawing.mask['dense1/weight'];
    expect(bench.final.parameters['dense1/weight'].some((value, index) => value !== 0 && !getBit(mask, index))).toBe(true);
    expect(direction['dense1/weight'].every((value, index) => value === 0 || getBit(mask, index))).toBe(true);
  });

  it('has the trained network in its middle, and is the same again', async () => {
    const bench = await benchOf(recipe, 1);
    const slice = await lossSlice(bench, 5);
    expect(slice.at).toEqual([-1, -0.5, 0, 0.5, 1]);
    bench.trainer.write(0, bench.final);
    const { loss } = await bench.trainer.metrics(0, lossExamples(bench), bench.control);
    expect(slice.loss[12]).toBe(loss);
    expect(Math.min(...slice.loss.map((value) => value ?? Infinity))).toBeLessThan(slice.loss[0] ?? 0);
    expect(await lossSlice(bench, 5)).toEqual(slice);
  });
});

/** The Hessian over kept weights and biases, by central differences of the gradient. */
async function denseHessian({ trainer, model, drawing, final, split }: AnalysisBench): Promise<number[][]> {
  const places = model.parameters.flatMap(({ name, size, prunable }) =>
    Array.from({ length: size }, (_, index) => ({ name, index })).filter(({ index }) => !prunable || getBit(drawing.mask[name], index)),
  );
  const gradientAt = async (name: string, index: number, by: number): Promise<number[]> => {
    const moved = final.parameters[name].slice();
    moved[index] += by;
    trainer.write(0, { parameters: { ...final.parameters, [name]: moved }, buffers: {} });
    const gradients = await trainer.gradients(0, split.train.subarray(0, SHARPNESS_EXAMPLES));
    return places.map((place) => gradients[place.name][place.index]);
  };
  const step = 0.01;
  const rows: number[][] = [];
  for (const { name, index } of places) {
    const [plus, minus] = [await gradientAt(name, index, step), await gradientAt(name, index, -step)];
    rows.push(plus.map((value, at) => (value - minus[at]) / (2 * step)));
  }
  return rows;
}

describe('sharpness', () => {
  it('is the largest eigenvalue of the Hessian over the weights that exist', async () => {
    const bench = await benchOf(recipe, 1);
    const found = await sharpness(bench);
    expect(found.isSettled).toBe(true);
    const expected = largestEigenvalue(await denseHessian(bench));
    expect(found.eigenvalue / expected).toBeCloseTo(1, 2);
  });

  it('is the largest, not the farthest from zero: a saddle’s steepest way down does not count', async () => {
    const bench = await benchOf(recipe, 0);
    // A Hessian of which one weight has −5, the output's biases 3, all others 1.
    const factor = (name: string, index: number): number => (name === 'dense1/bias' && index === 0 ? -5 : name === 'output/bias' ? 3 : 1);
    const trainer = new Proxy(bench.trainer, {
      get: (real, key) =>
        key === 'hessianVectorProduct'
          ? (_network: number, _examples: Uint32Array, vector: Tensors) =>
              Promise.resolve(
                Object.fromEntries(
                  Object.entries(vector).map(([name, values]) => [name, values.map((value, index) => factor(name, index) * value)]),
                ),
              )
          : bindTo(real, Reflect.get(real, key)),
    });
    const { eigenvalue, isSettled } = await sharpness({ ...bench, trainer });
    expect(isSettled).toBe(true);
    expect(eigenvalue).toBeCloseTo(3, 2);
  });
});

const bindTo = (self: Trainer, value: unknown): unknown => (typeof value === 'function' ? (value.bind(self) as unknown) : value);
