import { mean, standardDeviation } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { mlp } from '../../../src/models/mlp.ts';
import { initialise } from '../../../src/science/init.ts';
import { initialisers } from '../../../src/science/recipe/schema.ts';

const model = mlp({ family: 'mlp', hidden: [300, 100], activation: 'relu' }, { height: 28, width: 28, channels: 1 }, 10);

/** Variances from the papers, written out for layer 1 (784 → 300). */
const variances = { 'glorot-normal': 2 / 1084, 'glorot-uniform': 2 / 1084, 'kaiming-normal': 2 / 784, 'kaiming-uniform': 2 / 784 };

describe('initialisation', () => {
  it.each(initialisers)('%s has zero mean and the variance of its paper', (initialiser) => {
    const values = [...initialise(model, initialiser, 1).parameters['dense1/weight']];
    const deviation = Math.sqrt(variances[initialiser]);
    expect(Math.abs(mean(values))).toBeLessThan(0.01 * deviation);
    expect(standardDeviation(values) / deviation).toBeCloseTo(1, 2);
    const beyond = values.filter((value) => Math.abs(value) > Math.sqrt(3) * deviation).length;
    if (initialiser.endsWith('uniform')) expect(beyond).toBe(0);
    // Untruncated: 8.3 % of a normal lie beyond √3 deviations, and some beyond four.
    else {
      expect(beyond / values.length).toBeCloseTo(0.083, 2);
      expect(values.some((value) => Math.abs(value) > 4 * deviation)).toBe(true);
    }
  });

  it('biases are zero, seeds differ, the same seed repeats, and a changed layer leaves the others alone', () => {
    const first = initialise(model, 'glorot-normal', 0).parameters;
    expect(first['dense1/bias'].every((value) => value === 0)).toBe(true);
    expect(initialise(model, 'glorot-normal', 0).parameters).toEqual(first);
    expect(initialise(model, 'glorot-normal', 1).parameters['dense1/weight']).not.toEqual(first['dense1/weight']);
    const wider = mlp({ family: 'mlp', hidden: [300, 100, 50], activation: 'relu' }, { height: 28, width: 28, channels: 1 }, 10);
    expect(initialise(wider, 'glorot-normal', 0).parameters['dense1/weight']).toEqual(first['dense1/weight']);
  });
});
