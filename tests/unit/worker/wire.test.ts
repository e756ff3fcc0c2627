import { MessageChannel } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { afterEach, expect, it } from 'vitest';
import { Diverged } from '../../../src/science/divergence.ts';
import { LabError } from '../../../src/science/errors.ts';
import type { RunRequest } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import { Cancelled } from '../../../src/science/trainer.ts';
import type { LabWorker, WorkerEvent } from '../../../src/worker/protocol.ts';
import { connect, serve } from '../../../src/worker/wire.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleOutcome } from '../sessions/sample.ts';

const recipe = tinyRecipe();
const request: RunRequest = { plan: planOf(recipe), run: { seed: 1, arm: 'ticket', level: 1 }, ancestors: null, keep: [] };
const channels: MessageChannel[] = [];

/** A service at the other end of a real port. */
function wired(service: Partial<LabWorker>): LabWorker {
  const channel = new MessageChannel();
  channels.push(channel);
  const missing = () => Promise.reject(new Error('not in this test'));
  serve(
    { prepare: missing, run: missing, pause: missing, resume: missing, setTempo: missing, cancel: missing, ...service },
    nodeEndpoint(channel.port2),
  );
  return connect(nodeEndpoint(channel.port1));
}

afterEach(() => {
  for (const { port1 } of channels.splice(0)) port1.close();
});

it('an outcome arrives whole', async () => {
  const worker = wired({ run: () => Promise.resolve(sampleOutcome(recipe, request.run)) });
  expect(await worker.run(request)).toEqual(sampleOutcome(recipe, request.run));
});

it('errors stay what they are', async () => {
  await expect(wired({ run: () => Promise.reject(new LabError('too big', 'model.hidden')) }).run(request)).rejects.toMatchObject({
    message: 'too big',
    subject: 'model.hidden',
  });
  await expect(wired({ run: () => Promise.reject(new LabError('', '')) }).run(request)).rejects.toBeInstanceOf(LabError);
  const diverged = await wired({ run: () => Promise.reject(new Diverged(request.run, 7)) })
    .run(request)
    .catch((error: unknown) => error);
  expect(diverged).toBeInstanceOf(Diverged);
  expect(diverged).toMatchObject({ run: request.run, step: 7, subject: 'training.optimizer.learningRate' });
  await expect(wired({ run: () => Promise.reject(new Cancelled()) }).run(request)).rejects.toBeInstanceOf(Cancelled);
  await expect(wired({ run: () => Promise.reject(new TypeError('a fault')) }).run(request)).rejects.toThrow(/a fault/);
});

it('events arrive before the answer of the call that sent them', async () => {
  const heard: WorkerEvent[] = [];
  const event = (loadedBytes: number): WorkerEvent => ({ type: 'loading', loadedBytes, totalBytes: 9 });
  const worker = wired({
    prepare: (_setup, listener) => {
      for (const bytes of [1, 2, 3]) listener(event(bytes));
      return Promise.resolve({
        id: 'sparse',
        workers: 1,
        seats: 1,
        engine: { name: 'sparse', backend: null, arithmeticVersion: 1, deterministic: true },
      });
    },
  });
  expect((await worker.prepare({ recipe, engine: 'auto' }, (what) => heard.push(what))).id).toBe('sparse');
  expect(heard).toEqual([1, 2, 3].map(event));
});
