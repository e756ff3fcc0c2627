import { expect, it } from 'vitest';
import { testExamples } from '../../../src/tasks/examples.ts';
import { openTask, type Source } from '../../../src/tasks/load.ts';
import { splitFor } from '../../../src/tasks/split.ts';
import { nodeSource } from '../../support/node-source.ts';

const sizes = { normalise: 'none' as const, augment: [] };

it.each([
  { dataset: 'digits', train: 1300, validation: 200, test: 297, scale: 16 },
  { dataset: 'mnist', train: 100, validation: 100, test: 400, scale: 255 },
])('$dataset: the first test images of a seed, as the task has them', async ({ scale, ...recipe }) => {
  const task = { ...recipe, ...sizes };
  const read: string[] = [];
  const counted: Source = {
    read: (path, onBytes) => {
      read.push(path);
      return nodeSource.read(path, onBytes);
    },
  };
  const { labels, pixels } = await testExamples(task, 2, 20, counted);
  // Training images stay where they are.
  expect(read).toEqual([task.dataset === 'mnist' ? 'mnist/test.bin' : 'digits/all.bin']);

  const opened = await openTask(task, nodeSource, () => undefined);
  const test = splitFor(task.dataset, task, 2).test.subarray(0, 20);
  await opened.ready(test);
  expect([...labels]).toEqual([...test].map((example) => opened.labels[example]));
  const size = pixels.length / 20;
  if (opened.inputs.kind !== 'bytes') throw new Error('images are bytes');
  for (const [place, example] of test.entries())
    expect(pixels.subarray(place * size, (place + 1) * size)).toEqual(opened.inputs.values.subarray(example * size, (example + 1) * size));
  expect(Math.max(...pixels)).toBeLessThanOrEqual(scale);
});
