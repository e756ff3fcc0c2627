/** What the page asks of a worker once, which ends with the answer; fetched when something is first asked. */
import { LabError } from '../science/errors.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { Examples } from '../tasks/examples.ts';
import type { Answer, Question, Subject } from './analysis.ts';
import type { AnalysisReply, AnalysisRequest } from './analysis.worker.ts';
import analysisWorker from './analysis.worker.ts?worker&url';
import { ask } from './ask.ts';
import type { ExamplesReply, ExamplesRequest } from './examples.worker.ts';
import examplesWorker from './examples.worker.ts?worker&url';
import type { SelfTest } from './self-test.ts';
import type { SelfTestReply } from './self-test.worker.ts';
import selfTestWorker from './self-test.worker.ts?worker&url';

/** `data`: the address of `datasets/`. Rejects with a LabError, or with the signal's reason. */
export function analyse(
  subject: Subject,
  question: Question,
  progress: (share: number) => void,
  data: string,
  unwanted: AbortSignal,
): Promise<Answer> {
  const request: AnalysisRequest = { subject, question, data };
  const hear = (reply: AnalysisReply, resolve: (answer: Answer) => void): void => {
    if ('progress' in reply) progress(reply.progress);
    else if ('answer' in reply) resolve(reply.answer);
    else
      throw reply.failure.subject === null ? new Error(reply.failure.message) : new LabError(reply.failure.message, reply.failure.subject);
  };
  return ask({ module: analysisWorker, name: 'analysis', request, hear, unwanted });
}

/** Rejects with an error that says why it cannot. */
export function testDevice(progress: (share: number) => void): Promise<SelfTest> {
  const hear = (reply: SelfTestReply, resolve: (result: SelfTest) => void): void => {
    if ('progress' in reply) progress(reply.progress);
    else if ('result' in reply) resolve(reply.result);
    else throw new Error(reply.failure);
  };
  return ask({ module: selfTestWorker, name: 'self-test', hear });
}

/** `data`: the address of `datasets/`. Rejects with an error that says why they cannot be had. */
export function examples(task: Recipe['task'], seed: number, count: number, data: string): Promise<Examples> {
  const request: ExamplesRequest = { task, seed, count, data };
  const hear = (reply: ExamplesReply, resolve: (examples: Examples) => void): void => {
    if ('failure' in reply) throw new Error(reply.failure);
    resolve(reply.examples);
  };
  return ask({ module: examplesWorker, name: 'examples', request, hear });
}
