/** How much processor time the page's tasks take: unlike time on the clock, next to the same on a busy machine. */
import type { Browser, Page } from 'playwright';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time, in microseconds. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

export const recordTasks = (browser: Browser, page: Page): Promise<void> => browser.startTracing(page, { categories: ['toplevel'] });

/** Milliseconds of processor time of each task of the busiest page since `recordTasks`, longest first. */
export async function recordedTasks(browser: Browser): Promise<number[]> {
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  const pages = new Map(
    traceEvents.flatMap((event) =>
      event.name === 'thread_name' && event.args.name === 'CrRendererMain' ? [[threadOf(event), [] as number[]]] : [],
    ),
  );
  for (const event of traceEvents)
    if (event.ph === 'X' && event.name.endsWith('RunTask')) pages.get(threadOf(event))?.push(event.tdur ?? 0);
  const total = (durations: readonly number[]): number => durations.reduce((sum, duration) => sum + duration, 0);
  const [busiest] = [...pages.values()].sort((one, other) => total(other) - total(one));
  return busiest.map((microseconds) => microseconds / 1000).sort((one, other) => other - one);
}
