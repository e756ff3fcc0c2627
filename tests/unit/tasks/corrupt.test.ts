import { describe, expect, it } from 'vitest';
import { corrupted } from '../../../src/tasks/corrupt.ts';
import { tinyTask } from '../../support/tiny-task.ts';

const task = tinyTask({ input: { height: 4, width: 5, channels: 2 }, count: 90, classes: 4 });
const size = 40;
const numbers = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, at) => from + at);
const split = { train: numbers(0, 60), validation: numbers(60, 75), test: numbers(75, 90) };
const pixelsOf = (values: Uint8Array | Float32Array, example: number): string[] =>
  Array.from({ length: 20 }, (_, pixel) => values.slice(example * size + 2 * pixel, example * size + 2 * pixel + 2).join(' '));

describe('corrupted data', () => {
  it('are the same task where nothing is corrupted', async () => {
    expect(await corrupted(task, 'none', split, 1)).toBe(task);
  });

  it('have new labels for what is trained on, evenly, and for nothing else', async () => {
    const { labels, inputs } = await corrupted(task, 'labels', split, 1);
    expect(inputs).toBe(task.inputs);
    expect(labels.slice(60)).toEqual(task.labels.slice(60));
    const same = split.train.filter((example) => labels[example] === task.labels[example]).length;
    // A quarter by chance: 15 ± 3.4.
    expect(same).toBeGreaterThan(4);
    expect(same).toBeLessThan(27);
    expect(new Set(labels.slice(0, 60)).size).toBe(4);
    expect((await corrupted(task, 'labels', split, 1)).labels).toEqual(labels);
    expect((await corrupted(task, 'labels', split, 2)).labels).not.toEqual(labels);
  });

  it('have every training example’s own pixels in an order of its own, channels together', async () => {
    const { labels, inputs } = await corrupted(task, 'pixels', split, 1);
    expect(labels).toBe(task.labels);
    expect(inputs.values.slice(60 * size)).toEqual(task.inputs.values.slice(60 * size));
    for (const example of split.train) {
      const [before, after] = [pixelsOf(task.inputs.values, example), pixelsOf(inputs.values, example)];
      expect(after).not.toEqual(before);
      expect(after.sort()).toEqual(before.sort());
    }
  });

  it('wait for all examples that are used', async () => {
    const asked: number[] = [];
    const late = { ...task, ready: (examples: Uint32Array) => Promise.resolve(void asked.push(...examples)) };
    await corrupted(late, 'labels', split, 1);
    expect(asked.sort((one, other) => one - other)).toEqual([...numbers(0, 90)]);
  });
});
