import { expect, it } from 'vitest';
import { mlp } from '../../../src/models/mlp.ts';
import { prunableParameters } from '../../../src/models/model.ts';

const image = { height: 28, width: 28, channels: 1 };

it('LeNet-300-100 has the 266 200 weights and 410 biases of the paper', () => {
  const model = mlp({ family: 'mlp', hidden: [300, 100], activation: 'relu' }, image, 10);
  expect(prunableParameters(model).map(({ name, size }) => [name, size])).toEqual([
    ['dense1/weight', 235_200],
    ['dense2/weight', 30_000],
    ['output/weight', 1_000],
  ]);
  expect(model.parameters.filter(({ prunable }) => !prunable).reduce((sum, { size }) => sum + size, 0)).toBe(410);
  expect(model.layers.map(({ kind }) => kind)).toEqual(['dense', 'relu', 'dense', 'relu', 'dense']);
  expect(model.rateGroups).toEqual({ 'dense1/weight': 'dense', 'dense2/weight': 'dense', 'output/weight': 'output' });
});

it('each layer reads the one before; without hidden layers the output reads the input', () => {
  const model = mlp({ family: 'mlp', hidden: [4], activation: 'tanh' }, { height: 1, width: 1, channels: 2 }, 3);
  expect(model.layers.map(({ name, from }) => [name, ...from])).toEqual([
    ['dense1', 'input'],
    ['tanh1', 'dense1'],
    ['output', 'tanh1'],
  ]);
  expect(mlp({ family: 'mlp', hidden: [], activation: 'relu' }, image, 10).parameters.map(({ shape }) => shape)).toEqual([[10, 784], [10]]);
});
