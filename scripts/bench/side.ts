/** One side of a comparison: a process that runs cases on the sources it lies among, told what to do by its parent. */
import { caseNames, openCase, type Work } from './cases.ts';

export type Question = 'names' | 'close' | { readonly open: string } | { readonly run: number };

/** What a turn took, in ms: by the wall clock, and of processor time. */
export interface Took {
  readonly wall: number;
  readonly cpu: number;
}

export type Reply =
  | { readonly names: readonly string[] }
  | { readonly opened: true }
  | { readonly digest: string }
  | Took
  /** Why it could not be done. */
  | { readonly failed: string };

const cpuNow = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

let work: Work | null = null;

async function answer(question: Question): Promise<Reply> {
  if (question === 'names') return { names: caseNames };
  if (question !== 'close' && 'open' in question) {
    work = await openCase(question.open);
    return { opened: true };
  }
  if (work === null) throw new Error('no case is open');
  if (question !== 'close') {
    const wall = performance.now();
    const cpu = cpuNow();
    await work.run(question.run);
    return { wall: performance.now() - wall, cpu: cpuNow() - cpu };
  }
  const digest = await work.digest();
  work.dispose();
  work = null;
  return { digest };
}

process.on('message', (question: Question) => {
  answer(question)
    .catch((error: unknown): Reply => ({ failed: error instanceof Error ? error.message : String(error) }))
    .then((reply) => process.send?.(reply))
    .catch(() => process.exit(1));
});
// Who asks may go without a word.
process.on('disconnect', () => process.exit());
