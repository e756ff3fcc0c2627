/** Opens the lab in a page: web workers, and data from beside the page. */
import * as Comlink from 'comlink';
import { LabError } from '../science/errors.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import { Cancelled } from '../science/trainer.ts';
import type { Examples } from '../tasks/examples.ts';
import type { Analyst, Answer } from './analysis.ts';
import type { AnalysisReply, AnalysisRequest } from './analysis.worker.ts';
import type { OpenLab } from './client.ts';
import type { ExamplesReply, ExamplesRequest } from './examples.worker.ts';
import type { Greeting } from './lab.worker.ts';
import type { SelfTest } from './self-test.ts';
import type { SelfTestReply } from './self-test.worker.ts';
import { openPool, WorkerGone, type Hand } from './pool.ts';
import type { Student, study } from './study.ts';
import { connect } from './wire.ts';

const dataAddress = (): string => new URL('datasets/', location.href).href;

export const openLab: OpenLab = (setup, listener) => {
  const greeting: Greeting = { data: dataAddress() };
  return openPool(() => spawn(greeting), navigator.hardwareConcurrency - 1, setup, listener);
};

/** Studies runs in a worker of their own, which starts when it is first asked. */
export function openStudy(): Student {
  let remote: Comlink.Remote<typeof study> | null = null;
  return async (request) => {
    remote ??= Comlink.wrap<typeof study>(new Worker(new URL('./study.worker.ts', import.meta.url), { type: 'module', name: 'study' }));
    return await remote(request);
  };
}

/** Each question in a worker of its own, which ends with it. */
export const openAnalysis: Analyst = (subject, question, progress) => {
  const worker = new Worker(new URL('./analysis.worker.ts', import.meta.url), { type: 'module', name: 'analysis' });
  let cancel = (): void => undefined;
  const answer = new Promise<Answer>((resolve, reject) => {
    cancel = () => reject(new Cancelled());
    worker.addEventListener('message', ({ data }: MessageEvent<AnalysisReply>) => {
      if ('progress' in data) progress(data.progress);
      else if ('answer' in data) resolve(data.answer);
      else
        reject(data.failure.subject === null ? new Error(data.failure.message) : new LabError(data.failure.message, data.failure.subject));
    });
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.postMessage({ subject, question, data: dataAddress() } satisfies AnalysisRequest);
  }).finally(() => worker.terminate());
  return { answer, cancel };
};

/** Tests the graphics card in a worker of its own; hears the share done. Rejects with an error that says why it cannot. */
export async function testDevice(progress: (share: number) => void): Promise<SelfTest> {
  const worker = new Worker(new URL('./self-test.worker.ts', import.meta.url), { type: 'module', name: 'self-test' });
  try {
    return await new Promise<SelfTest>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<SelfTestReply>) => {
        if ('progress' in data) progress(data.progress);
        else if ('result' in data) resolve(data.result);
        else reject(new Error(data.failure));
      });
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    });
  } finally {
    worker.terminate();
  }
}

function spawn(greeting: Greeting): Hand {
  const worker = new Worker(new URL('./lab.worker.ts', import.meta.url), { type: 'module', name: 'lab' });
  worker.postMessage(greeting);
  const gone = new Promise<never>((_resolve, reject) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new WorkerGone(event.message));
    });
  });
  gone.catch(() => undefined);
  return { worker: connect(worker), gone, end: () => worker.terminate() };
}

/** The first test images of a seed. Rejects with an error that says why they cannot be had. */
export async function openExamples(task: Recipe['task'], seed: number, count: number): Promise<Examples> {
  const worker = new Worker(new URL('./examples.worker.ts', import.meta.url), { type: 'module', name: 'examples' });
  try {
    const reply = await new Promise<ExamplesReply>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<ExamplesReply>) => resolve(data));
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      worker.postMessage({ task, seed, count, data: dataAddress() } satisfies ExamplesRequest);
    });
    if ('failure' in reply) throw new Error(reply.failure);
    return reply.examples;
  } finally {
    worker.terminate();
  }
}
