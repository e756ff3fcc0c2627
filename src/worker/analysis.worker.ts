/** Answers one question about a run and says how far it is; the page ends it, which is also how a question is taken back. */
import { Pace } from '../engines/pace.ts';
import { LabError } from '../science/errors.ts';
import { analyse, type Answer, type Question, type Subject } from './analysis.ts';
import { FetchSource } from './fetch-source.ts';

export interface AnalysisRequest {
  readonly subject: Subject;
  readonly question: Question;
  /** Address of `datasets/`. */
  readonly data: string;
}

export type AnalysisReply =
  | { readonly progress: number }
  | { readonly answer: Answer }
  /** `subject`: of a LabError; null where the fault is ours. */
  | { readonly failure: { readonly message: string; readonly subject: string | null } };

const reply = (message: AnalysisReply): void => self.postMessage(message);

async function answer({ subject, question, data }: AnalysisRequest): Promise<void> {
  try {
    const progress = (share: number): void => reply({ progress: share });
    reply({ answer: await analyse(subject, question, new FetchSource(data), new Pace(), progress) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({ failure: { message, subject: error instanceof LabError ? error.subject : null } });
  }
}

addEventListener('message', ({ data }: MessageEvent<AnalysisRequest>) => void answer(data), { once: true });
