/** The webgpu engine against the sparse engine on software graphics, in a browser's worker and in Node. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { places, type Place } from '../support/webgpu-places.ts';
import type { Found, Probe } from './harness/graphics-contract.ts';
import type { Case, Distances } from './harness/graphics.ts';

const usual: Case = {
  ...{ hidden: [24, 16], activation: 'relu', optimizer: 'sgd', masks: 100, batch: 6 },
  ...{ input: { height: 6, width: 7, channels: 1 }, kind: 'bytes' },
};

const cases: readonly Case[] = [
  ...(['sgd', 'momentum', 'adam'] as const).flatMap((optimizer) => [100, 50, 21, 5].map((masks): Case => ({ ...usual, optimizer, masks }))),
  ...[100, 50, 21, 5].map((masks): Case => ({ ...usual, activation: 'tanh', masks })),
  // Batches that are no multiple of any tile, and layers that are not either.
  ...[1, 33, 70, 150].map((batch): Case => ({ ...usual, batch, hidden: [37, 11], masks: batch % 2 === 0 ? 21 : 60 })),
  ...(['rows', 'frozen'] as const).flatMap((masks) =>
    (['momentum', 'adam'] as const).map((optimizer): Case => ({ ...usual, masks, optimizer })),
  ),
  // Cards go by lists below a tenth only, and their tiles are 32 wide.
  ...(['card', 'plain'] as const).flatMap((kernels) => [
    ...[100, 50, 5].map((masks): Case => ({ ...usual, kernels, masks, optimizer: 'adam', hidden: [40, 33], batch: 40 })),
    // Of the same shape: kernels with barriers take a software adapter seconds to compile.
    { ...usual, kernels, masks: 8, activation: 'tanh' as const, optimizer: 'adam' as const, hidden: [40, 33], batch: 40 },
    { ...usual, kernels, masks: 'frozen' as const, optimizer: 'momentum' as const, hidden: [40, 33], batch: 40 },
  ]),
  { ...usual, kind: 'floats', input: { height: 2, width: 3, channels: 2 } },
  // Every kind of layer: with every optimiser somewhere, as matrices, by lists, with frozen weights, and as a card does it.
  ...(['convolutional', 'residual'] as const).flatMap((net) => [
    { ...usual, net },
    { ...usual, net, optimizer: 'momentum' as const, masks: 50 },
    { ...usual, net, optimizer: 'adam' as const, masks: 21 },
    { ...usual, net, masks: 5 },
    { ...usual, net, optimizer: 'momentum' as const, masks: 'frozen' as const, batch: 20 },
    { ...usual, net, kernels: 'plain' as const, optimizer: 'momentum' as const, masks: 21 },
  ]),
  ...(['pooling', 'branching'] as const).flatMap((net) => [
    { ...usual, net, masks: 50 },
    { ...usual, net, optimizer: 'momentum' as const, masks: 21 },
  ]),
  // What cards are good at, shared memory, software adapters do very slowly.
  { ...usual, net: 'residual', kernels: 'card', masks: 60, batch: 33, steps: 5 },
  { ...usual, net: 'convolutional', kernels: 'card', masks: 8, batch: 33, steps: 5 },
  { ...usual, hidden: [1, 5], optimizer: 'momentum' },
  { ...usual, input: { height: 3, width: 3, channels: 3 }, hidden: [], optimizer: 'momentum' },
];

const nameOf = ({ net, hidden, activation, optimizer, masks, batch, kind, kernels }: Case): string =>
  `${kernels ?? ''} ${net ?? `${hidden.join('-')} ${activation}`}, ${optimizer}, ${masks}${typeof masks === 'number' ? ' percent' : ''}, batches of ${batch}, ${kind}`;

describe.each(places)('in $place', ({ open }) => {
  let asked: Place;
  beforeAll(async () => {
    asked = await open();
  });
  afterAll(() => asked.close());

  describe('steps, measurements and gradients are those of the sparse engine', () => {
    let distances: readonly Distances[] = [];
    beforeAll(async () => {
      const reply = await asked.ask({ compare: cases });
      if (!('distances' in reply)) throw new Error(JSON.stringify(reply));
      ({ distances } = reply);
    }, 300_000);

    it.each(cases.map((one, index) => ({ one, index, name: `${index}: ${nameOf(one)}` })))('$name', ({ one, index }) => {
      const { loss, weights, moments, statistics, gradients, accuracy, measuredLoss, learned, finiteLosses } = distances[index];
      expect(finiteLosses).toBe(one.steps ?? 100);
      expect(loss).toBeLessThan(1e-5);
      // Adam divides by the gradient's own size: where that is next to nothing, its last digit is as good as its first.
      expect(weights).toBeLessThan(one.optimizer === 'adam' ? 2e-4 : 1e-6);
      expect(moments).toBeLessThan(2e-5);
      expect(statistics).toBeLessThan(one.optimizer === 'adam' ? 2e-4 : 1e-6);
      expect(gradients).toBeLessThan(1e-6);
      expect(accuracy).toBeLessThan(0.004);
      expect(measuredLoss).toBeLessThan(1e-5);
      if (one.masks !== 'rows' && one.steps === undefined) expect(learned).toBeLessThan(1);
    });
  });

  describe('the contract', () => {
    async function probe<P extends Probe>(contract: P): Promise<Found[P]> {
      const reply = await asked.ask({ contract });
      if (!('found' in reply)) throw new Error(JSON.stringify(reply));
      return reply.found as Found[P];
    }

    it('gives the same bits twice', async () => expect((await probe('repeats')).isSame).toBe(true));

    it('trains each network as if it were alone, dense or sparse or frozen', async () =>
      expect(await probe('alone')).toEqual({ same: 4, of: 4, resting: [false, false, true, false, false, true, false, false] }));

    it('does so with images and running statistics too, and knows their curvature', async () =>
      expect(await probe('images')).toEqual({ same: 3, of: 3, curvature: true }));

    it('keeps absent weights and their moments at exactly zero, whatever happens', async () =>
      expect(await probe('masks')).toEqual({ strays: 0, checks: 97, divergedLoss: NaN }));

    it('goes on from weights and optimiser state that were read', async () => expect(await probe('resumes')).toEqual({ isSame: true }));

    it('breathes when it is due, and stops between two steps when cancelled', async () =>
      expect(await probe('breathes')).toEqual({ breaths: 5, isCancelled: true, isSame: true }));

    it('waits for examples that have not arrived, and asks but once', async () => {
      const { asked, error } = await probe('arrivals');
      expect(asked).toEqual([
        [0, 1],
        [2, 1],
      ]);
      expect(error).toBe('Error: shard 7 is missing');
    });

    it('holds as much at the hundredth level as at the second, and nothing in the end', async () => {
      const { before, second, hundredth, after } = await probe('memory');
      expect(hundredth).toEqual(second);
      expect(second.buffers).toBeGreaterThan(20);
      expect(second.bytes).toBeGreaterThan(100_000);
      expect(before).toEqual({ buffers: 0, bytes: 0 });
      expect(after).toEqual(before);
    });

    it('says so when the device has no room, and keeps nothing of what was tried', async () => {
      const { error, left, loss } = await probe('fills');
      expect(error).toMatch(/^engine: The GPU has no memory left/);
      expect(left).toEqual({ buffers: 0, bytes: 0 });
      expect(loss).toBeGreaterThan(0);
    });

    it('says so when the device is lost in the middle of a run, and trains the level again on another to the same end', async () => {
      const { error, later, isSame, left } = await probe('loses');
      expect(error).toMatch(/^engine: The GPU was lost in the middle of training/);
      expect(later).toMatch(/^engine: The GPU was lost/);
      expect(isSame).toBe(true);
      expect(left).toEqual({ buffers: 0, bytes: 0 });
    });
  });
});
