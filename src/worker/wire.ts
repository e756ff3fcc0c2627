/**
 * The service over a message port: Comlink for calls; events go beside them on the same port, so that they
 * arrive in order and nobody waits for an answer. Errors keep what makes them ours.
 */
import * as Comlink from 'comlink';
import { Diverged } from '../science/divergence.ts';
import { LabError } from '../science/errors.ts';
import type { RunId } from '../science/result.ts';
import type { Snapshot } from '../science/tensors.ts';
import type { RunOutcome } from '../science/run.ts';
import { Cancelled } from '../science/trainer.ts';
import type { LabWorker, Listener, Prepared, Setup, WorkerEvent } from './protocol.ts';

type Failure =
  | { readonly kind: 'mendable'; readonly message: string; readonly subject: string }
  | { readonly kind: 'diverged'; readonly run: RunId; readonly step: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'fault'; readonly message: string };

type Reply<Value> = { readonly value: Value } | { readonly failure: Failure };

type Wired<Method> = Method extends (...parameters: infer Parameters) => Promise<infer Value>
  ? (...parameters: Parameters) => Promise<Reply<Value>>
  : never;

interface Wire {
  prepare(setup: Setup): Promise<Reply<Prepared>>;
  run: Wired<LabWorker['run']>;
  pause: Wired<LabWorker['pause']>;
  resume: Wired<LabWorker['resume']>;
  setTempo: Wired<LabWorker['setTempo']>;
  cancel: Wired<LabWorker['cancel']>;
}

interface EventMessage {
  readonly labEvent: WorkerEvent;
}

const isEvent = (data: unknown): data is EventMessage => typeof data === 'object' && data !== null && 'labEvent' in data;

/** The worker's end. */
export function serve(service: LabWorker, endpoint: Comlink.Endpoint): void {
  const wire: Wire = {
    prepare: (setup) => reply(() => service.prepare(setup, (labEvent) => endpoint.postMessage({ labEvent } satisfies EventMessage))),
    run: async (request) => {
      const answer = await reply(() => service.run(request));
      return 'value' in answer ? Comlink.transfer(answer, buffersOf(answer.value)) : answer;
    },
    pause: () => reply(() => service.pause()),
    resume: () => reply(() => service.resume()),
    setTempo: (setting) => reply(() => service.setTempo(setting)),
    cancel: () => reply(() => service.cancel()),
  };
  Comlink.expose(wire, endpoint);
}

/** The caller's end. */
export function connect(endpoint: Comlink.Endpoint): LabWorker {
  const wire = Comlink.wrap<Wire>(endpoint);
  let listener: Listener = () => undefined;
  endpoint.addEventListener('message', (message) => {
    const { data } = message as MessageEvent<unknown>;
    if (isEvent(data)) listener(data.labEvent);
  });
  return {
    prepare: async (setup, hear) => {
      listener = hear;
      return settle(await wire.prepare(setup));
    },
    run: async (request) => settle(await wire.run(request)),
    pause: async () => settle(await wire.pause()),
    resume: async () => settle(await wire.resume()),
    setTempo: async (setting) => settle(await wire.setTempo(setting)),
    cancel: async () => settle(await wire.cancel()),
  };
}

async function reply<Value>(call: () => Promise<Value>): Promise<Reply<Value>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof Diverged) return { failure: { kind: 'diverged', run: error.run, step: error.step } };
    if (error instanceof LabError) return { failure: { kind: 'mendable', message: error.message, subject: error.subject } };
    if (error instanceof Cancelled) return { failure: { kind: 'cancelled' } };
    return { failure: { kind: 'fault', message: error instanceof Error ? (error.stack ?? error.message) : String(error) } };
  }
}

function settle<Value>(answer: Reply<Value>): Value {
  if ('value' in answer) return answer.value;
  switch (answer.failure.kind) {
    case 'mendable':
      throw new LabError(answer.failure.message, answer.failure.subject);
    case 'diverged':
      throw new Diverged(answer.failure.run, answer.failure.step);
    case 'cancelled':
      throw new Cancelled();
    case 'fault':
      throw new Error(answer.failure.message);
  }
}

/** Every buffer of an outcome once: they move to the caller instead of being copied. */
function buffersOf({ mask, final, kept }: RunOutcome): ArrayBuffer[] {
  const ofSnapshot = ({ parameters, buffers }: Snapshot) => [...Object.values(parameters), ...Object.values(buffers)];
  const arrays = [...Object.values(mask).map(({ bytes }) => bytes), ...[final, ...Object.values(kept)].flatMap(ofSnapshot)];
  return [...new Set(arrays.map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer);
}
