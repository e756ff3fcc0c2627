/** How much work something is, counted and not timed: how often functions and blocks of the lab's own source run. */
import { Session, type Profiler } from 'node:inspector/promises';

export interface Work<Value> {
  readonly value: Value;
  /** Calls and rounds of loops, by file below `src/`. */
  readonly byFile: ReadonlyMap<string, number>;
  readonly total: number;
}

/** What V8 counts while `body` runs. */
export async function counted<Value>(body: () => Promise<Value> | Value): Promise<Work<Value>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  try {
    const value = await body();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const byFile = new Map(result.flatMap((script) => ownPath(script.url).map((path) => [path, countOf(script)] as const)));
    return { value, byFile, total: [...byFile.values()].reduce((sum, count) => sum + count, 0) };
  } finally {
    await session.post('Profiler.stopPreciseCoverage');
    session.disconnect();
  }
}

const ownPath = (url: string): string[] => /\/src\/(.+\.ts)/.exec(url)?.slice(1) ?? [];

const countOf = ({ functions }: Profiler.ScriptCoverage): number =>
  functions.reduce((sum, { ranges }) => sum + ranges.reduce((all, { count }) => all + count, 0), 0);
