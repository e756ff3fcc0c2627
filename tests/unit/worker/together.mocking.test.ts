/** A worker with several runs under way: they share trainers, and what is done to one, to all or to the engine reaches whom it should. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceLost } from '../../../src/engines/lost.ts';
import { createSparseEngine } from '../../../src/engines/sparse/engine.ts';
import { parametersOf } from '../../../src/models/model.ts';
import { conduct, runsOf, type Laboratory } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';
import { Cancelled, type Engine, type TrainerPlan } from '../../../src/science/trainer.ts';
import { FileSource } from '../../../src/worker/node-source.ts';
import type { WorkerEvent } from '../../../src/worker/protocol.ts';
import { LabService } from '../../../src/worker/service.ts';
import { MemoryNotebook } from '../science/notebook.ts';
import { tinyRecipe } from '../science/recipes.ts';

/** Networks that the engine gains from side by side; devices that are still to be lost; and what was done. */
const card = { capacity: 8, losses: 0, engines: 0, disposed: 0, trainers: [] as TrainerPlan[] };
beforeEach(() => Object.assign(card, { capacity: 8, losses: 0, engines: 0, disposed: 0, trainers: [] }));

/** The sparse engine as a graphics card that trains side by side: lost, it takes all its trainers with it until the next is made. */
async function cardEngine(): Promise<Engine> {
  const sparse = await createSparseEngine();
  card.engines++;
  let lost: DeviceLost | null = null;
  return {
    ...sparse,
    ...{ name: 'webgpu', adapter: 'a wide card' },
    capacity: () => card.capacity,
    async createTrainer(plan) {
      lost = null;
      card.trainers.push(plan);
      const trainer = await sparse.createTrainer(plan);
      const train = trainer.train.bind(trainer);
      trainer.train = async (until, control) => {
        if (card.losses > 0 && until.filter((end) => end > 10).length > 1) {
          card.losses--;
          lost = new DeviceLost('unplugged');
        }
        if (lost !== null) throw lost;
        return train(until, control);
      };
      return trainer;
    },
    dispose() {
      card.disposed++;
      sparse.dispose();
    },
  };
}

vi.mock('../../../src/engines/choose.ts', () => ({
  openEngine: (id: string) => (id === 'webgpu' ? cardEngine() : createSparseEngine()),
}));

const source = new FileSource(new URL('../../../datasets/', import.meta.url));
const recipe = tinyRecipe({ pruning: { levels: 1 }, arms: ['ticket', 'reinit', 'random-mask'], seeds: [1, 2] });

async function opened(of: Recipe = recipe) {
  const events: WorkerEvent[] = [];
  const service = new LabService({ source });
  const prepared = await service.prepare({ recipe: of, engine: 'webgpu' }, (event) => events.push(event));
  return { service, prepared, events };
}

/** Fingerprints by run key. */
async function conducted(of: Recipe = recipe) {
  const { service, prepared, events } = await opened(of);
  const notebook = new MemoryNotebook();
  const laboratory: Laboratory = { arithmeticVersion: prepared.engine.arithmeticVersion, run: (request) => service.run(request) };
  await conduct(planOf(of), laboratory, notebook, () => undefined);
  const restarts = events.filter((event) => event.type === 'restarted');
  return { prepared, restarts, found: new Map([...notebook.outcomes].map(([key, { result }]) => [key, result.fingerprint])) };
}

describe('runs side by side in a worker', () => {
  it('share one trainer, and find what they find one after the other', async () => {
    const together = await conducted();
    expect(together.prepared).toMatchObject({ seats: 6, workers: 1 });
    expect(card.trainers.map(({ networks }) => networks)).toEqual([6]);
    card.capacity = 1;
    const alone = await conducted();
    expect(alone.prepared.seats).toBe(1);
    expect(together.found.size).toBe(runsOf(planOf(recipe)).length);
    expect(together.found).toEqual(alone.found);
  });

  it('have trainers of their own data where those are corrupted, a seed each', async () => {
    const random = tinyRecipe({
      task: { dataset: 'digits', train: 300, validation: 60, test: 100, corrupt: 'labels' },
      ...{ pruning: { levels: 1 }, arms: ['ticket', 'reinit'], seeds: [1, 2] },
    });
    const together = await conducted(random);
    expect(card.trainers.map(({ networks }) => networks)).toEqual([2, 2]);
    card.capacity = 1;
    expect((await conducted(random)).found).toEqual(together.found);
  });

  it('train the smaller network where whole neurons are cut', async () => {
    const cut = tinyRecipe({ pruning: { levels: 2, rate: 0.5, structure: 'neurons' }, arms: ['ticket', 'reinit'], seeds: [1, 2] });
    const { found } = await conducted(cut);
    expect(found.size).toBe(runsOf(planOf(cut)).length);
    const sizes = card.trainers.map(({ model }) => parametersOf(model));
    const hidden = [
      [12, 8],
      [6, 4],
      [3, 2],
    ];
    expect(sizes).toEqual(hidden.map((units) => parametersOf(modelOf({ ...cut, model: { ...cut.model, hidden: units } }))));
    expect(card.trainers.every(({ networks }) => networks === 4)).toBe(true);
  });

  it('are paused, resumed and stopped together', async () => {
    const { service, events } = await opened();
    const level = runsOf(planOf(recipe), 0);
    const runs = level.map((run) => service.run({ plan: planOf(recipe), run, ancestors: null, keep: [] }));
    await service.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const heard = events.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(events).toHaveLength(heard);
    expect(events.some(({ type }) => type === 'evaluated')).toBe(false);
    await service.resume();
    for (const run of runs) expect((await run).result.steps).toBe(40);
    const again = level.map((run) => service.run({ plan: planOf(recipe), run, ancestors: null, keep: [] }));
    await service.cancel();
    for (const run of again) await expect(run).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('a device that is lost with several runs on it', () => {
  it('costs none of them: all begin again, each says so once, on one new device', async () => {
    const expected = (await conducted()).found;
    card.trainers.length = 0;
    card.losses = 1;
    const { found, restarts } = await conducted();
    expect(found).toEqual(expected);
    expect(new Set(restarts.map(({ run }) => JSON.stringify(run))).size).toBe(restarts.length);
    expect(restarts.length).toBeGreaterThan(1);
    expect(restarts.every(({ prepared }) => prepared.id === 'webgpu')).toBe(true);
    expect(card.trainers).toHaveLength(2);
  });

  it('is given up for all of them the second time', async () => {
    const expected = (await conducted()).found;
    Object.assign(card, { losses: 2, disposed: 0 });
    const { found, restarts } = await conducted();
    expect(found).toEqual(expected);
    // Which runs were on the device when it was lost depends on how busy the machine is: each loss takes two at least.
    const on = (id: string): string[] => restarts.filter(({ prepared }) => prepared.id === id).map(({ run }) => JSON.stringify(run));
    const [again, givenUp] = [on('webgpu'), on('sparse')];
    for (const told of [again, givenUp]) {
      expect(told.length).toBeGreaterThan(1);
      expect(new Set(told).size).toBe(told.length);
    }
    expect(restarts.map(({ prepared }) => prepared.id)).toEqual([...again.map(() => 'webgpu'), ...givenUp.map(() => 'sparse')]);
    expect(card.disposed).toBe(1);
  });
});
