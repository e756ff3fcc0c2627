/** Runs of several arms and seeds on the webgpu engine: side by side they find what they find one after the other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsOf } from '../../src/science/experiment.ts';
import { planOf } from '../../src/science/plan.ts';
import { parseRecipe } from '../../src/science/recipe/parse.ts';
import { places, type Place } from '../support/webgpu-places.ts';
import type { Conducted, Order } from './harness/side-by-side.ts';

const recipe = parseRecipe({
  task: { dataset: 'moons', train: 300, validation: 60, test: 100 },
  model: { family: 'mlp', hidden: [24, 16] },
  training: { batchSize: 30, steps: 300, evaluateEvery: 100 },
  pruning: { levels: 2, rate: 0.5 },
  arms: ['ticket', 'reinit', 'random-mask'],
  seeds: [1, 2],
});

describe.each(places)('in $place', ({ open }) => {
  let asked: Place;
  beforeAll(async () => {
    asked = await open();
  });
  afterAll(() => asked.close());

  async function conducted(order: Partial<Order> = {}): Promise<Conducted> {
    const reply = await asked.ask({ conduct: { recipe, oneAtATime: false, losses: 0, ...order } });
    if (!('conducted' in reply)) throw new Error(JSON.stringify(reply));
    return reply.conducted;
  }

  let alone: Conducted;
  beforeAll(async () => {
    alone = await conducted({ oneAtATime: true });
  });

  it('finds the same, to the last bit', async () => {
    const together = await conducted();
    expect(alone.together).toBe(1);
    expect(together).toMatchObject({ seats: 6, together: 6, devices: 1, engines: ['webgpu'] });
    expect(Object.keys(alone.fingerprints)).toHaveLength(runsOf(planOf(recipe)).length);
    expect(together.fingerprints).toEqual(alone.fingerprints);
  });

  it('does so for smaller networks, where whole neurons are cut', async () => {
    const cut = { ...recipe, pruning: { ...recipe.pruning, structure: 'neurons' as const } };
    const [one, all] = [await conducted({ recipe: cut, oneAtATime: true }), await conducted({ recipe: cut })];
    expect(all.together).toBe(6);
    expect(all.fingerprints).toEqual(one.fingerprints);
  });

  it('loses nothing when the device goes with six runs on it: all begin again on one new device', async () => {
    const { fingerprints, restarts, devices, engines } = await conducted({ losses: 1 });
    expect(devices).toBe(2);
    expect(restarts).toHaveLength(6);
    for (const message of restarts) expect(message).toMatch(/^The GPU was lost while .+ has begun again on a new device/);
    expect(engines).toEqual(['webgpu']);
    expect(fingerprints).toEqual(alone.fingerprints);
  });

  it('goes on without it when it goes again', async () => {
    const { fingerprints, restarts, engines } = await conducted({ losses: 2 });
    expect(restarts).toHaveLength(12);
    for (const message of restarts.slice(6)) expect(message).toMatch(/begun again on the sparse engine/);
    expect(engines.toSorted()).toEqual(['sparse', 'webgpu']);
    expect(Object.keys(fingerprints)).toHaveLength(runsOf(planOf(recipe)).length);
  });
});
