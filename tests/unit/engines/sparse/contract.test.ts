import { expect, it } from 'vitest';
import { contractSuite } from '../suites/contract.ts';
import { tinyConvolutional } from '../../../support/tiny-nets.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { begin, mixedPlanes, optimizers, unhurried } from '../suites/setup.ts';
import { openSparse } from './open.ts';

contractSuite('sparse', openSparse);

it('says what it can do', async () => {
  const { engine } = await openSparse();
  expect(engine).toMatchObject({ name: 'sparse', backend: null, deterministic: true });
  expect(engine.missing(['layer:batch-norm', 'layer:add', 'optimizer:adam', 'dense-gradients', 'hessian-vector-products'])).toEqual([]);
  engine.dispose();
});

it('grows no more once it has trained a level or two', async () => {
  const { engine, taken } = await openSparse();
  const task = tinyTask({ input: { height: 12, width: 12, channels: 3 } });
  const model = tinyConvolutional(task.input, 3);
  const trainer = await engine.createTrainer({ model, task, optimizer: optimizers.adam, weightDecay: 0, batchSize: 8, networks: 2 });
  const [heap] = taken;
  const level = async (seed: number): Promise<void> => {
    for (const network of [0, 1]) trainer.start(network, begin(model, task, seed % 3 === 0 ? {} : mixedPlanes(model, seed)));
    for (let change = 0; change < 5; change++) {
      trainer.setPlanes(change % 2, mixedPlanes(model, seed + change));
      await trainer.train([change, change], unhurried);
    }
    await trainer.gradients(0, Uint32Array.of(1, 2, 3));
  };
  for (let seed = 0; seed < 3; seed++) await level(seed);
  const bytes = heap.u8.length;
  for (let seed = 3; seed < 30; seed++) await level(seed);
  expect(heap.u8.length).toBe(bytes);
  engine.dispose();
});
