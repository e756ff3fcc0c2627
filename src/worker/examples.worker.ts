/** Fetches, checks and unpacks test images beside the page, which would stutter over the megabytes; one question, one answer. */
import type { Recipe } from '../science/recipe/schema.ts';
import { testExamples, type Examples } from '../tasks/examples.ts';
import { FetchSource } from './fetch-source.ts';

export interface ExamplesRequest {
  readonly task: Recipe['task'];
  readonly seed: number;
  readonly count: number;
  /** Address of `datasets/`. */
  readonly data: string;
}

export type ExamplesReply = { readonly examples: Examples } | { readonly failure: string };

async function answer({ task, seed, count, data }: ExamplesRequest): Promise<ExamplesReply> {
  try {
    return { examples: await testExamples(task, seed, count, new FetchSource(data)) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

addEventListener('message', ({ data }: MessageEvent<ExamplesRequest>) => void answer(data).then((reply) => self.postMessage(reply)), {
  once: true,
});
