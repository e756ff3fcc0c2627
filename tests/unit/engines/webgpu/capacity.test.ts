import { describe, expect, it } from 'vitest';
import { capacityOf } from '../../../../src/engines/webgpu/capacity.ts';
import { buildModel, type ModelOptions } from '../../../../src/models/build.ts';
import type { NetworkPlan } from '../../../../src/science/trainer.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { optimizers } from '../suites/setup.ts';

const task = tinyTask({ input: { height: 28, width: 28, channels: 1 }, classes: 10 });
const planOf = (options: Partial<ModelOptions>, batchSize = 60): NetworkPlan => {
  const model = buildModel({ family: 'mlp', hidden: [300, 100], activation: 'relu', ...options }, task.input, task.classes);
  return { model, task, optimizer: optimizers.adam, weightDecay: 0, batchSize };
};

describe('how many networks a trainer on a graphics card takes', () => {
  it('is as many as keep it busy where they are small', () => expect(capacityOf(planOf({}))).toBe(32));

  it('is fewer the more memory each takes: for weights and moments, and for the values of a batch', () => {
    const wide = planOf({ hidden: [2000, 1000] });
    expect(capacityOf(wide)).toBeLessThan(32);
    expect(capacityOf({ ...wide, optimizer: optimizers.sgd })).toBeGreaterThan(capacityOf(wide));
    expect(capacityOf({ ...planOf({}), batchSize: 10_000 })).toBeLessThan(5);
  });

  it('is one where even that may be too much', () => expect(capacityOf(planOf({ hidden: [8192, 8192] }, 4096))).toBe(1));
});
