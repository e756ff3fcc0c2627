/** A graphics processor that goes away in the middle of a run: the run begins again, and if need be elsewhere. */
import { beforeEach, expect, it, vi } from 'vitest';
import { DeviceLost } from '../../../src/engines/lost.ts';
import { createSparseEngine } from '../../../src/engines/sparse/engine.ts';
import { planOf } from '../../../src/science/plan.ts';
import type { Engine } from '../../../src/science/trainer.ts';
import { FileSource } from '../../../src/worker/node-source.ts';
import type { WorkerEvent } from '../../../src/worker/protocol.ts';
import { LabService } from '../../../src/worker/service.ts';
import { tinyRecipe } from '../science/recipes.ts';

/** How often training is cut short from here on, and what it says. */
const trouble = { left: 0, error: new Error('') };

/** Counts as a graphics processor, but is the sparse engine. */
async function fragileEngine(): Promise<Engine> {
  const sparse = await createSparseEngine();
  return {
    ...sparse,
    ...{ name: 'webgpu', adapter: 'a fragile card' },
    async createTrainer(plan) {
      const trainer = await sparse.createTrainer(plan);
      const train = trainer.train.bind(trainer);
      trainer.train = async (until, control) => {
        if (until[0] > 10 && trouble.left > 0) {
          trouble.left--;
          throw trouble.error;
        }
        return train(until, control);
      };
      return trainer;
    },
  };
}

vi.mock('../../../src/engines/choose.ts', () => ({
  openEngine: (id: string) => (id === 'webgpu' ? fragileEngine() : createSparseEngine()),
}));

const recipe = tinyRecipe({ pruning: { levels: 0 }, seeds: [1] });
const source = new FileSource(new URL('../../../datasets/', import.meta.url));

async function train(losses: number, error: Error = new DeviceLost('unplugged')) {
  trouble.left = losses;
  trouble.error = error;
  const events: WorkerEvent[] = [];
  const service = new LabService({ source });
  const prepared = await service.prepare({ recipe, engine: 'webgpu' }, (event) => events.push(event));
  const run = { seed: 1, arm: 'ticket', level: 0 } as const;
  const outcome = await service.run({ plan: planOf(recipe), run, ancestors: null, keep: [] });
  return { prepared, outcome, restarts: events.filter((event) => event.type === 'restarted') };
}

let expected = '';
beforeEach(async () => {
  expected = (await train(0)).outcome.result.fingerprint;
});

it('says which card trains', async () => expect((await train(0)).prepared.adapter).toBe('a fragile card'));

it('begins the run again on a new device, to the same end, and says so', async () => {
  const { outcome, restarts } = await train(1);
  expect(outcome.result.fingerprint).toBe(expected);
  expect(outcome.result.engine.name).toBe('webgpu');
  expect(restarts.map(({ message }) => message)).toEqual([
    'The GPU was lost while ticket, level 0 was training. The level has begun again on a new device; nothing else is lost.',
  ]);
});

it('goes on without a graphics processor when it is lost again', async () => {
  const { outcome, restarts } = await train(2);
  expect(outcome.result.fingerprint).toBe(expected);
  expect(outcome.result.engine.name).toBe('sparse');
  expect(restarts.map(({ prepared }) => prepared.id)).toEqual(['webgpu', 'sparse']);
  expect(restarts[1].message).toMatch(/begun again on the sparse engine/);
});

it('retries nothing else', async () => {
  await expect(train(1, new Error('a fault'))).rejects.toThrow('a fault');
});
