/** What the page asks of a worker once, which ends with the answer; fetched when something is first asked. */
import { LabError } from '../science/errors.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import { Cancelled } from '../science/trainer.ts';
import type { Examples } from '../tasks/examples.ts';
import type { Answer, Question, Subject } from './analysis.ts';
import type { AnalysisReply, AnalysisRequest } from './analysis.worker.ts';
import analysisWorker from './analysis.worker.ts?worker&url';
import type { ExamplesReply, ExamplesRequest } from './examples.worker.ts';
import examplesWorker from './examples.worker.ts?worker&url';
import { tryAgain } from './gone.ts';
import type { SelfTest } from './self-test.ts';
import type { SelfTestReply } from './self-test.worker.ts';
import selfTestWorker from './self-test.worker.ts?worker&url';
import { startWorker } from './start.ts';

/** Starts a worker, asks it, and ends it when `hear`, told of each reply, settles the question, or it is no longer wanted. */
function ask<Value>(
  module: string,
  name: string,
  request: object | null,
  hear: (reply: unknown, resolve: (value: Value) => void) => void,
  unwanted?: AbortSignal,
): Promise<Value> {
  return tryAgain(async () => {
    const { worker, gone, end } = startWorker(module, name);
    try {
      const answer = new Promise<Value>((resolve, reject) => {
        if (unwanted?.aborted === true) reject(new Cancelled());
        unwanted?.addEventListener('abort', () => reject(new Cancelled()));
        worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
          try {
            hear(data, resolve);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
        if (request !== null) worker.postMessage(request);
      });
      return await Promise.race([answer, gone]);
    } finally {
      end();
    }
  });
}

/** `datasets`: their address. Rejects with a LabError, or with `Cancelled`. */
export function analyse(
  subject: Subject,
  question: Question,
  progress: (share: number) => void,
  datasets: string,
  unwanted: AbortSignal,
): Promise<Answer> {
  const request: AnalysisRequest = { subject, question, data: datasets };
  const hear = (data: unknown, resolve: (answer: Answer) => void): void => {
    const reply = data as AnalysisReply;
    if ('progress' in reply) progress(reply.progress);
    else if ('answer' in reply) resolve(reply.answer);
    else
      throw reply.failure.subject === null ? new Error(reply.failure.message) : new LabError(reply.failure.message, reply.failure.subject);
  };
  return ask(analysisWorker, 'analysis', request, hear, unwanted);
}

/** Rejects with an error that says why it cannot. */
export function testDevice(progress: (share: number) => void): Promise<SelfTest> {
  return ask<SelfTest>(selfTestWorker, 'self-test', null, (data, resolve) => {
    const reply = data as SelfTestReply;
    if ('progress' in reply) progress(reply.progress);
    else if ('result' in reply) resolve(reply.result);
    else throw new Error(reply.failure);
  });
}

/** `datasets`: their address. Rejects with an error that says why they cannot be had. */
export function examples(task: Recipe['task'], seed: number, count: number, datasets: string): Promise<Examples> {
  const request: ExamplesRequest = { task, seed, count, data: datasets };
  return ask<Examples>(examplesWorker, 'examples', request, (data, resolve) => {
    const reply = data as ExamplesReply;
    if ('failure' in reply) throw new Error(reply.failure);
    resolve(reply.examples);
  });
}
