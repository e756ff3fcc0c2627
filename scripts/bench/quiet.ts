/**
 * Whether others keep the machine busy: Linux tells how long its processors were busy, and how long for this process and
 * its children; the rest is others', a hypervisor's share included.
 */
import { setTimeout } from 'node:timers/promises';
import { ownTime, read } from './processes.ts';

/** Milliseconds since some beginning, of all processors together. */
export interface Usage {
  readonly total: number;
  readonly busy: number;
  readonly own: number;
}

/** Others may have this share of the machine's time on a quiet one: daemons do, now and then. */
const MOST = 0.05;

/** So many looks in a row must find it quiet, so many ms apart. */
const LOOKS = 3;
const LOOK_MS = 2000;

/** Milliseconds between looks while something is measured; a child that ends between two takes its last share along. */
const VIGIL_MS = 1000;

/** The clock's ticks in /proc/stat: a hundredth of a second on every Linux. */
const TICK_MS = 10;

/** Share of the machine's time, 0..1, that others had in between. */
export function othersShare(from: Usage, to: Usage): number {
  const others = to.busy - from.busy - (to.own - from.own);
  // Ticks are coarse: of a busy stretch of ours some may be counted late.
  return Math.max(0, others) / Math.max(1, to.total - from.total);
}

/** From the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; guests are counted as user already. */
export function machineUsage(stat: string): Omit<Usage, 'own'> {
  const ticks = /^cpu +(.*)$/m.exec(stat)?.[1].split(' ').slice(0, 8).map(Number) ?? [];
  if (ticks.length < 8) throw new Error('whether the machine is quiet is known on Linux only');
  const total = TICK_MS * ticks.reduce((sum, value) => sum + value, 0);
  return { total, busy: total - TICK_MS * (ticks[3] + ticks[4]) };
}

const usageNow = (): Usage => ({ ...machineUsage(read('/proc/stat')), own: ownTime() });

/** Waits until others have left the machine alone for a few seconds. */
export async function untilQuiet(
  say: (line: string) => void,
  look: () => Usage = usageNow,
  wait: () => Promise<unknown> = () => setTimeout(LOOK_MS),
): Promise<void> {
  let hasSaid = false;
  for (let quiet = 0, before = look(); quiet < LOOKS;) {
    await wait();
    const after = look();
    quiet = othersShare(before, after) <= MOST ? quiet + 1 : 0;
    before = after;
    if (quiet === 0 && !hasSaid) say('waiting for a quiet machine …');
    hasSaid ||= quiet === 0;
  }
}

/** Keeps watch while something is measured. */
export class Vigil {
  private last: Usage;
  private readonly first: Usage;
  private lost = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly look: () => Usage = usageNow) {
    this.first = this.last = look();
    this.timer = setInterval(() => this.glance(), VIGIL_MS).unref();
  }

  /** Whether others left the machine alone all the while. Ends the watch. */
  end(): boolean {
    clearInterval(this.timer);
    this.glance();
    return this.lost / Math.max(1, this.last.total - this.first.total) <= MOST;
  }

  private glance(): void {
    const now = this.look();
    this.lost += othersShare(this.last, now) * (now.total - this.last.total);
    this.last = now;
  }
}
