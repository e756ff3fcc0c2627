/** What only images need is fetched for those who need it: nobody else waits for it, or hears that it did not come. */
import { expect, it, vi } from 'vitest';
import { createSparseEngine } from '../../../../src/engines/sparse/engine.ts';
import type { Trainer } from '../../../../src/science/trainer.ts';
import type { Task } from '../../../../src/tasks/task.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { begin, optimizers, tinyModel, unhurried } from '../suites/setup.ts';

const images = '../../../../src/engines/sparse/images.ts';

it('trains numbers without it, and images as soon as it has come', async () => {
  vi.doMock(images, () => {
    throw new Error('it did not arrive');
  });
  const engine = await createSparseEngine();
  const open = (task: Task): Promise<Trainer> =>
    engine.createTrainer({ model: tinyModel(task), task, optimizer: optimizers.adam, weightDecay: 0, batchSize: 8, networks: 1 });
  const losses = async (task: Task): Promise<readonly number[]> => {
    const trainer = await open(task);
    trainer.start(0, begin(tinyModel(task), task, {}));
    const [all] = await trainer.train([30], unhurried);
    trainer.dispose();
    return all;
  };
  const falls = (all: readonly number[]): boolean => all[all.length - 1] < all[0];

  expect(falls(await losses(tinyTask({ kind: 'floats' })))).toBe(true);
  await expect(open(tinyTask({ kind: 'bytes' }))).rejects.toThrow();
  vi.doUnmock(images);
  expect(falls(await losses(tinyTask({ kind: 'bytes' })))).toBe(true);
  engine.dispose();
});
