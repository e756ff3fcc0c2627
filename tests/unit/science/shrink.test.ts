import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Trainer } from '../../../src/science/trainer.ts';
import { draw } from '../../../src/science/draw.ts';
import { initialise } from '../../../src/science/init.ts';
import { denseMask, getBit } from '../../../src/science/mask.ts';
import { planOf } from '../../../src/science/plan.ts';
import { keptUnits } from '../../../src/science/prune/units.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';
import { ShrunkTrainer, shrinkingOf } from '../../../src/science/shrink.ts';
import { openEngine } from '../../../src/engines/choose.ts';
import { unhurried } from '../engines/suites/setup.ts';
import { tinyBatches, tinyTask } from '../../support/tiny-task.ts';
import { tinyRecipe } from './recipes.ts';

const recipe = tinyRecipe({ pruning: { levels: 2, rate: 0.4, structure: 'neurons' } });
const model = modelOf(recipe);
const task = tinyTask({ input: { height: 8, width: 8, channels: 1 }, classes: 10 });
const run = { seed: 1, arm: 'ticket', level: 1 } as const;
const parent = { mask: denseMask(model), final: initialise(model, 'glorot-normal', 5) };
const drawing = draw(planOf(recipe), model, run, { parent, rewindPoint: null });

describe('a network without the units that were cut', () => {
  let engine: Engine;
  let whole: Trainer;
  let shrunk: Trainer;
  const examples = Uint32Array.from({ length: 40 }, (_, at) => at);
  const make = ({ model: network, training }: Recipe): Promise<Trainer> =>
    engine.createTrainer({
      model: modelOf({ ...recipe, model: network }),
      task,
      optimizer: training.optimizer,
      weightDecay: 0,
      batchSize: 8,
      networks: 1,
    });

  beforeAll(async () => {
    engine = await openEngine('sparse');
    const shrinking = shrinkingOf(recipe, model, drawing);
    if (shrinking === null) throw new Error('units were cut');
    expect(shrinking.recipe.model.hidden).toEqual([7, 5]);
    whole = await make(recipe);
    shrunk = new ShrunkTrainer(await make(shrinking.recipe), shrinking.places, model);
    for (const trainer of [whole, shrunk])
      trainer.start(0, { snapshot: drawing.start, planes: drawing.planes, batches: tinyBatches(task, 8), position: 0, rateAt: () => 0.01 });
  });
  afterAll(() => engine.dispose());

  it('answers as the masked one does, before and after training', async () => {
    for (const until of [0, 30]) {
      if (until > 0) await Promise.all([whole, shrunk].map((trainer) => trainer.train([until], unhurried)));
      const [one, other] = [await whole.metrics(0, examples, unhurried), await shrunk.metrics(0, examples, unhurried)];
      expect(other.accuracy).toBe(one.accuracy);
      expect(other.loss).toBeCloseTo(one.loss, 5);
    }
  });

  it('has the same weights in the same places, zeros where it has none, and the biases that units took with them', async () => {
    const [one, other] = [(await whole.read(0)).parameters, (await shrunk.read(0)).parameters];
    const units = keptUnits(model, drawing.mask);
    for (const { name, size } of model.parameters) {
      expect(other[name]).toHaveLength(size);
      for (let at = 0; at < size; at++) {
        expect(other[name][at]).toBeCloseTo(one[name][at], 4);
        if (name in drawing.mask && !getBit(drawing.mask[name], at)) expect(other[name][at]).toBe(0);
      }
    }
    for (let unit = 0; unit < 12; unit++)
      if (!getBit(units[0], unit)) expect(other['dense1/bias'][unit]).toBe(drawing.start.parameters['dense1/bias'][unit]);
  });

  it('gives back what is written, moments and slopes in the shapes of the large one', async () => {
    const snapshot = await shrunk.read(0);
    shrunk.write(0, snapshot);
    expect(await shrunk.read(0)).toEqual(snapshot);
    const [state, gradients] = [await shrunk.readOptimizer(0), await shrunk.gradients(0, examples)];
    shrunk.writeOptimizer(0, state);
    expect(await shrunk.readOptimizer(0)).toEqual(state);
    expect(Object.keys(state).sort()).toEqual(Object.keys(await whole.readOptimizer(0)).sort());
    const reference = await whole.gradients(0, examples);
    for (const [name, values] of Object.entries(gradients)) {
      expect(values).toHaveLength(reference[name].length);
      values.forEach((value, at) => value !== 0 && expect(value).toBeCloseTo(reference[name][at], 3));
    }
  });

  it('is not made where frozen units are still there, or nothing goes as a whole', () => {
    expect(shrinkingOf({ ...recipe, rewind: { ...recipe.rewind, cut: 'frozen' } }, model, drawing)).toBeNull();
    expect(shrinkingOf(tinyRecipe(), model, drawing)).toBeNull();
  });
});
