/** Opens the lab in a page: web workers, and data from beside the page. */
import * as Comlink from 'comlink';
import type { Recipe } from '../science/recipe/schema.ts';
import { Cancelled } from '../science/trainer.ts';
import type { Examples } from '../tasks/examples.ts';
import type { Analyst } from './analysis.ts';
import type { OpenLab } from './client.ts';
import { onceGone, tryAgain, whileAlive } from './gone.ts';
import type { Greeting } from './lab.worker.ts';
import labWorker from './lab.worker.ts?worker&url';
import { openPool, type Hand } from './pool.ts';
import type { SelfTest } from './self-test.ts';
import { startWorker, type Started } from './start.ts';
import type { Student, study } from './study.ts';
import studyWorker from './study.worker.ts?worker&url';
import { mostWorkers } from './width.ts';
import { connect } from './wire.ts';

const dataAddress = (): string => new URL('datasets/', location.href).href;

export const openLab: OpenLab = (setup, listener) => {
  const greeting: Greeting = { data: dataAddress() };
  return openPool(() => spawn(greeting), mostWorkers(navigator.hardwareConcurrency), setup, listener);
};

function spawn(greeting: Greeting): Hand {
  const { worker, gone, end } = startWorker(labWorker, 'lab');
  worker.postMessage(greeting);
  return { worker: connect(worker), gone, end };
}

/** Studies runs in a worker of their own, which starts when it is first asked. */
export function openStudy(): Student {
  let started: (Started & { readonly remote: Comlink.Remote<typeof study> }) | null = null;
  const start = () => {
    const fresh = startWorker(studyWorker, 'study');
    onceGone(fresh.gone, () => {
      fresh.end();
      started = null;
    });
    return { ...fresh, remote: Comlink.wrap<typeof study>(fresh.worker) };
  };
  return (request) =>
    tryAgain(async () => {
      const { remote, gone } = (started ??= start());
      return whileAlive(gone, remote(request));
    });
}

/** Each question in a worker of its own, which ends with it. */
export const openAnalysis: Analyst = (subject, question, progress) => {
  const unwanted = new AbortController();
  const answer = import('./questions.ts').then(({ analyse }) => analyse(subject, question, progress, dataAddress(), unwanted.signal));
  return { answer, cancel: () => unwanted.abort(new Cancelled()) };
};

/** Tests the graphics card in a worker of its own; hears the share done. Rejects with an error that says why it cannot. */
export const testDevice = async (progress: (share: number) => void): Promise<SelfTest> =>
  (await import('./questions.ts')).testDevice(progress);

/** The first test images of a seed. Rejects with an error that says why they cannot be had. */
export const openExamples = async (task: Recipe['task'], seed: number, count: number): Promise<Examples> =>
  (await import('./questions.ts')).examples(task, seed, count, dataAddress());
