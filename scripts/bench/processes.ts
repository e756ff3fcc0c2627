/** Processor time of a browser's parts, as Linux counts it: of the process that draws, and of the thread of a worker. */
import { readdirSync, readFileSync } from 'node:fs';

/** A file's text; nothing where there is no such file (any more). */
export const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const isNumber = (name: string): boolean => /^\d+$/.test(name);

/** This process's descendants. */
function descendants(): readonly string[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter(isNumber)
      .map((pid) => [
        pid,
        read(`/proc/${pid}/stat`)
          .replace(/^.*\) /s, '')
          .split(' ')[1],
      ]),
  );
  const isOurs = (pid: string | undefined): boolean => pid !== undefined && (pid === String(process.pid) || isOurs(parents.get(pid)));
  return [...parents.keys()].filter((pid) => pid !== String(process.pid) && isOurs(pid));
}

/** Milliseconds that a process's threads of a name (or all) have had. */
function threadTime(pid: string, name?: RegExp): number {
  return readdirSync(`/proc/${pid}/task`)
    .filter((thread) => name?.test(read(`/proc/${pid}/task/${thread}/comm`)) ?? true)
    .reduce((sum, thread) => sum + Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]) / 1e6, 0);
}

/** Milliseconds that this process and its descendants have had. */
export function ownTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + descendants().reduce((sum, pid) => sum + livingTime(pid), 0);
}

/** 0 of one that has just ended. */
function livingTime(pid: string): number {
  try {
    return threadTime(pid);
  } catch {
    return 0;
  }
}

export interface ProcessorTime {
  /** Of all threads that play graphics card. */
  readonly graphics: number;
  /** Of the workers' threads, which give it its work. */
  readonly worker: number;
}

/** Looks up the browser that this process has launched. Null where the system does not tell. */
export function watchBrowser(): (() => ProcessorTime) | null {
  try {
    const all = descendants();
    const graphics = all.filter((pid) => read(`/proc/${pid}/cmdline`).includes('--type=gpu-process'));
    const renderers = all.filter((pid) => read(`/proc/${pid}/cmdline`).includes('--type=renderer'));
    if (graphics.length === 0) return null;
    const sum = (pids: readonly string[], name?: RegExp): number => pids.reduce((total, pid) => total + threadTime(pid, name), 0);
    return () => ({ graphics: sum(graphics), worker: sum(renderers, /DedicatedWorker/) });
  } catch {
    return null;
  }
}
