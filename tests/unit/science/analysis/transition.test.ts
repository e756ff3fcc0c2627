import { beforeAll, describe, expect, it } from 'vitest';
import { bin } from '../../../../src/science/analysis/histogram.ts';
import { TRACERS, TRAVEL_FRAMES, transitionOf, type Transition } from '../../../../src/science/analysis/transition.ts';
import { draw, shuffledPlaces, type Ancestors } from '../../../../src/science/draw.ts';
import { conduct, type RunRequest } from '../../../../src/science/experiment.ts';
import { initialise } from '../../../../src/science/init.ts';
import { bitsWhere, countBits, getBit, trainablePlanes, type Bits } from '../../../../src/science/mask.ts';
import { mlp } from '../../../../src/models/mlp.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import type { RunOutcome } from '../../../../src/science/run.ts';
import { LabService } from '../../../../src/worker/service.ts';
import type { WorkerEvent } from '../../../../src/worker/protocol.ts';
import { study } from '../../../../src/worker/study.ts';
import { nodeSource } from '../../../support/node-source.ts';
import { tinyRecipe } from '../recipes.ts';

const sum = (counts: Uint32Array): number => counts.reduce((total, count) => total + count, 0);

describe('a transition worked out by hand', () => {
  // One input, one layer of eight weights.
  const model = mlp({ family: 'mlp', hidden: [8], activation: 'relu' }, { height: 1, width: 1, channels: 1 }, 1);
  const before = Float32Array.of(0.75, -0.75, 0.05, -0.06, 0.5, 0, 0.01, 0.375);
  const after = Float32Array.of(0.25, -0.25, 0.3, -0.3, -0.5, 0.5, 0.2, 0.375);
  const parent = bitsWhere(8, (index) => index !== 5);
  const mask = bitsWhere(8, (index) => [0, 1, 4, 7].includes(index));
  const rest = { 'output/weight': new Float32Array(8).fill(0.5) };
  const full = bitsWhere(8, () => true);
  const transition = transitionOf(
    tinyRecipe(),
    model,
    { seed: 1, arm: 'ticket', level: 1 },
    {
      mask: { 'dense1/weight': mask, 'output/weight': full },
      planes: trainablePlanes({ 'dense1/weight': mask, 'output/weight': full }),
      start: { parameters: { 'dense1/weight': after, ...rest }, buffers: {} },
      position: 0,
      rateAt: () => 0,
    },
    {
      mask: { 'dense1/weight': parent, 'output/weight': full },
      final: { parameters: { 'dense1/weight': before, ...rest }, buffers: {} },
    },
    { 'dense1/weight': 1, 'output/weight': 1 },
  );
  const layer = transition?.layers[0];

  it('tells the cut weights from those that stay', () => {
    expect(transition?.cut['dense1/weight']).toEqual(bitsWhere(8, (index) => [2, 3, 6].includes(index)));
    // 64 bins over [−1, 1]: 0.05 and 0.01 in the first two above zero, −0.06 in the second below.
    expect([layer?.cut[33], layer?.cut[32], layer?.cut[30], layer && sum(layer.cut)]).toEqual([1, 1, 1, 3]);
    expect([layer?.survivors[56], layer?.survivors[8], layer?.survivors[48], layer?.survivors[44]]).toEqual([1, 1, 1, 1]);
    expect(layer?.threshold).toBe(0.375);
  });

  it('bins the way back at equal parts of it', () => {
    expect(layer?.travel.length).toBe(TRAVEL_FRAMES);
    expect(layer?.travel[0]).toEqual(layer?.survivors);
    expect(layer?.travel[TRAVEL_FRAMES - 1]).toEqual(bin(after, mask, 1));
    // Half-way: 0.5, −0.5, 0 and 0.375.
    const half = layer?.travel[(TRAVEL_FRAMES - 1) / 2];
    expect([half?.[48], half?.[16], half?.[32], half?.[44]]).toEqual([1, 1, 1, 1]);
    expect(layer?.startOfCut).toEqual(
      bin(
        after,
        bitsWhere(8, (index) => [2, 3, 6].includes(index)),
        1,
      ),
    );
  });

  it('follows every survivor where they are few', () => {
    expect(layer?.tracers).toEqual({
      index: Uint32Array.of(0, 1, 4, 7),
      before: Float32Array.of(0.75, -0.75, 0.5, 0.375),
      after: Float32Array.of(0.25, -0.25, -0.5, 0.375),
    });
  });
});

describe('the transitions of a real run', () => {
  const recipe = tinyRecipe({ pruning: { levels: 2 }, rewind: { weights: { step: 20 } } });
  const model = modelOf(recipe);
  const outcomes = new Map<string, RunOutcome>();
  const events: WorkerEvent[] = [];
  const nameOf = ({ arm, level }: { arm: string; level: number }): string => `${arm} ${level}`;
  const outcome = (name: string): RunOutcome => {
    const found = outcomes.get(name);
    if (found === undefined) throw new Error(`${name} was not trained`);
    return found;
  };
  const transitionTo = (name: string): Transition | null => {
    for (const event of events) if (event.type === 'drawn' && nameOf(event.run) === name) return event.transition;
    throw new Error(`${name} was not drawn`);
  };

  beforeAll(async () => {
    const service = new LabService({ source: nodeSource });
    const { engine } = await service.prepare({ recipe, engine: 'sparse' }, (event) => events.push(event));
    // A worker trains one run after another.
    let last: Promise<unknown> = Promise.resolve();
    const run = (request: RunRequest): Promise<RunOutcome> => {
      const outcome = last.then(() => service.run(request));
      last = outcome;
      return outcome;
    };
    const laboratory = { arithmeticVersion: engine.arithmeticVersion, run };
    const keep = (done: RunOutcome): Promise<void> => Promise.resolve(void outcomes.set(nameOf(done.result), done));
    await conduct(planOf(recipe), laboratory, { find: () => Promise.resolve(null), keep }, () => undefined);
  });

  it('cut exactly what the masks differ by, in the counts too', () => {
    for (const level of [1, 2]) {
      const transition = transitionTo(`ticket ${level}`);
      const [parent, own] = [outcome(`ticket ${level - 1}`), outcome(`ticket ${level}`)];
      for (const { parameter, cut, survivors, threshold } of transition?.layers ?? []) {
        const gone: Bits = bitsWhere(
          own.mask[parameter].size,
          (at) => getBit(parent.mask[parameter], at) && !getBit(own.mask[parameter], at),
        );
        expect(transition?.cut[parameter]).toEqual(gone);
        expect(sum(cut)).toBe(countBits(gone));
        expect(sum(survivors)).toBe(countBits(own.mask[parameter]));
        for (let at = 0; at < gone.size; at++) {
          if (getBit(gone, at)) expect(Math.abs(parent.final.parameters[parameter][at])).toBeLessThanOrEqual(threshold ?? 0);
        }
      }
      expect(transition?.layers.length).toBe(3);
    }
  });

  it('cut exactly what was announced at the end of the level before', () => {
    for (const level of [0, 1]) {
      const last = events.findLast((event) => event.type === 'weights' && nameOf(event.run) === `ticket ${level}`);
      expect(last?.type === 'weights' && last.next).toEqual(transitionTo(`ticket ${level + 1}`)?.cut);
    }
  });

  it('follow weights from the parent’s final value to the snapshot that is rewound to', () => {
    const point = outcome('ticket 0').kept[20];
    const { final } = outcome('ticket 1');
    const { tracers, parameter } = transitionTo('ticket 2')?.layers[0] ?? { tracers: null, parameter: '' };
    expect(tracers?.index.length).toBe(TRACERS);
    expect(new Set(tracers?.index).size).toBe(TRACERS);
    tracers?.index.forEach((weight, at) => {
      expect(getBit(outcome('ticket 2').mask[parameter], weight)).toBe(true);
      expect(tracers.before[at]).toBe(final.parameters[parameter][weight]);
      expect(tracers.after[at]).toBe(point.parameters[parameter][weight]);
    });
  });

  it('go to a new init for reinit; of a random mask the worker that trains it does not know the run before', () => {
    const tracers = transitionTo('reinit 1')?.layers[0].tracers;
    const fresh = initialise(model, recipe.model.init, 1, 'reinit/1').parameters['dense1/weight'];
    tracers?.index.forEach((weight, at) => expect(tracers.after[at]).toBe(fresh[weight]));
    for (const name of ['ticket 0', 'random-mask 1', 'random-mask 2']) expect(transitionTo(name)).toBeNull();
  });

  it('cut a random mask from its own mask before, on the weights that were trained under that', () => {
    const point = outcome('ticket 0').kept[20];
    const own = outcome('random-mask 2');
    const ancestors: Ancestors = { parent: outcome('ticket 1'), rewindPoint: point };
    const asked = { plan: planOf(recipe), run: own.result, ancestors, mask: own.mask, final: own.final.parameters };
    for (const final of [own.final.parameters, null]) {
      const { transition } = study({ ...asked, final, before: outcome('random-mask 1') });
      expect(transition?.parent).toEqual(outcome('random-mask 1').mask);
      expect(transition?.kept).toEqual(own.mask);
      for (const { parameter, cut, survivors, threshold, tracers } of transition?.layers ?? []) {
        const [was, is] = [outcome('random-mask 1').mask[parameter], own.mask[parameter]];
        // Nested: what it keeps it kept before, so that the cut and the rest are all of that.
        expect(countBits(bitsWhere(is.size, (at) => getBit(is, at) && !getBit(was, at)))).toBe(0);
        expect([sum(cut), sum(survivors)]).toEqual([countBits(was) - countBits(is), countBits(is)]);
        expect(threshold).toBeNull();
        tracers.index.forEach((weight, at) => {
          expect(getBit(is, weight)).toBe(true);
          expect(tracers.before[at]).toBe(outcome('random-mask 1').final.parameters[parameter][weight]);
          expect(tracers.after[at]).toBe(point.parameters[parameter][weight]);
        });
      }
      expect(transition?.layers.length).toBe(3);
    }
    expect(study(asked).transition).toBeNull();
  });

  it('cut a shuffled mask as the ticket is cut, and send what is left to the start weights of other places', () => {
    const point = outcome('ticket 0').kept[20];
    const [ticket, own] = [outcome('ticket 2'), outcome('shuffled-mask 2')];
    const transition = transitionTo('shuffled-mask 2');
    expect(transition?.parent).toEqual(outcome('ticket 1').mask);
    expect(transition?.kept).toEqual(ticket.mask);
    expect(transition?.cut).toEqual(transitionTo('ticket 2')?.cut);
    expect(own.mask).not.toEqual(ticket.mask);
    for (const [index, { parameter, cut, survivors, threshold, travel, tracers, limit }] of (transition?.layers ?? []).entries()) {
      const same = transitionTo('ticket 2')?.layers[index];
      expect([cut, survivors, threshold]).toEqual([same?.cut, same?.survivors, same?.threshold]);
      expect(travel[TRAVEL_FRAMES - 1]).toEqual(bin(point.parameters[parameter], own.mask[parameter], limit));
      const size = ticket.mask[parameter].size;
      const places = shuffledPlaces({ seed: 1, level: 2 }, parameter, size);
      tracers.index.forEach((weight, at) => {
        expect(getBit(own.mask[parameter], weight)).toBe(true);
        expect(getBit(ticket.mask[parameter], places[weight])).toBe(true);
        expect(tracers.before[at]).toBe(outcome('ticket 1').final.parameters[parameter][places[weight]]);
        expect(tracers.after[at]).toBe(point.parameters[parameter][weight]);
      });
    }
    const ancestors: Ancestors = { parent: outcome('ticket 1'), rewindPoint: point };
    const again = study({ plan: planOf(recipe), run: own.result, ancestors, mask: own.mask, final: own.final.parameters });
    expect(again.transition).toEqual(transition);
  });

  it('are the same when they are worked out again from what was kept', () => {
    const parent = outcome('ticket 1');
    const own = outcome('ticket 2');
    const ancestors: Ancestors = { parent, rewindPoint: outcome('ticket 0').kept[20] };
    const again = study({ plan: planOf(recipe), run: own.result, ancestors, mask: own.mask, final: own.final.parameters });
    expect(again.transition).toEqual(transitionTo('ticket 2'));
    expect(draw(planOf(recipe), model, own.result, ancestors).mask).toEqual(own.mask);
    const last = events.findLast((event) => event.type === 'weights' && nameOf(event.run) === 'ticket 2');
    expect(last?.type === 'weights' && last.layers).toEqual(again.histograms);
    const before = study({
      plan: planOf(recipe),
      run: parent.result,
      mask: parent.mask,
      ancestors: { parent: outcome('ticket 0'), rewindPoint: ancestors.rewindPoint },
      final: parent.final.parameters,
    });
    expect(before.next).toEqual(again.transition?.cut);
  });
});
