import { expect, it } from 'vitest';
import { activations, canForward, featureMajor, logits, softmax } from '../../../src/models/forward.ts';
import { mlp } from '../../../src/models/mlp.ts';
import { initialise } from '../../../src/science/init.ts';
import { referenceActivations, toDoubles } from '../../support/reference.ts';
import { tinyConvolutional } from '../../support/tiny-nets.ts';
import { inputsOf, tinyTask } from '../../support/tiny-task.ts';

const BATCH = 7;
const input = { height: 4, width: 4, channels: 1 };

it.each(['relu', 'tanh'] as const)('every layer of a %s network agrees with the reference, example by example', (activation) => {
  const task = tinyTask({ input });
  const model = mlp({ family: 'mlp', hidden: [9, 5], activation }, input, 3);
  const { parameters } = initialise(model, 'glorot-normal', 3);
  for (const bias of ['dense1/bias', 'dense2/bias', 'output/bias']) parameters[bias].forEach((_, at, all) => (all[at] = 0.1 * (at - 1)));
  // Pruned weights are zeros in the middle of others.
  parameters['dense1/weight'].forEach((_, at, all) => (all[at] *= at % 3 === 0 ? 0 : 1));

  const rows = Float32Array.from(Array.from({ length: BATCH }, (_, example) => inputsOf(task, example)).flat());
  const outputs = activations(model, parameters, featureMajor(rows, BATCH), BATCH);
  for (let example = 0; example < BATCH; example++) {
    const [, ...expected] = referenceActivations(model, toDoubles(parameters), task, example);
    model.layers.forEach(({ name }, layer) => {
      expected[layer].forEach((value, feature) => expect(outputs[name][feature * BATCH + example]).toBeCloseTo(value, 5));
    });
  }
});

it('known answers: a network made by hand is exclusive or', () => {
  const model = mlp({ family: 'mlp', hidden: [2], activation: 'relu' }, { height: 1, width: 1, channels: 2 }, 2);
  const values = {
    'dense1/weight': Float32Array.of(1, 1, 1, 1),
    'dense1/bias': Float32Array.of(0, -1),
    'output/weight': Float32Array.of(0, 0, 1, -2),
    'output/bias': Float32Array.of(0.5, 0),
  };
  // x = 0 0 1 1, y = 0 1 0 1: class 1 scores x xor y, class 0 one half.
  const scores = logits(model, values, Float32Array.of(0, 0, 1, 1, 0, 1, 0, 1), 4);
  expect([...scores]).toEqual([0.5, 0.5, 0.5, 0.5, 0, 1, 1, 0]);
});

it('probabilities sum to one, also of logits that no exponential can hold', () => {
  const shares = softmax(Float32Array.of(0, 1000, Math.log(3), 1000), 2);
  expect([...shares].map((share) => Math.round(share * 1e4) / 1e4)).toEqual([0.25, 0.5, 0.75, 0.5]);
});

it('says of which networks it knows every layer', () => {
  expect(canForward(mlp({ family: 'mlp', hidden: [3], activation: 'tanh' }, input, 3))).toBe(true);
  expect(canForward(tinyConvolutional(input, 3))).toBe(false);
});
