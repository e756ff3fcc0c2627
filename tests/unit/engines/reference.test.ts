import { describe, expect, it } from 'vitest';
import { referenceGradients, toDoubles } from '../../support/reference.ts';
import { tinyTask } from '../../support/tiny-task.ts';
import { begin, tinyModel } from './suites/setup.ts';

describe('the reference itself', () => {
  it('has the gradient that differences of its loss have', () => {
    const task = tinyTask();
    const model = tinyModel(task);
    const weights = toDoubles(begin(model, task, {}).snapshot.parameters);
    const examples = [3, 14, 15, 9];
    const { gradients } = referenceGradients(model, weights, task, examples);
    for (const [name, values] of Object.entries(weights)) {
      for (const index of values.keys()) {
        const lossAt = (value: number): number =>
          referenceGradients(model, { ...weights, [name]: values.with(index, value) }, task, examples).loss;
        expect(gradients[name][index]).toBeCloseTo((lossAt(values[index] + 1e-6) - lossAt(values[index] - 1e-6)) / 2e-6, 6);
      }
    }
  });
});
