/** How long work stays polite: slices of about 10 ms with a turn of the event loop between them, so that messages are heard. */
import { Cancelled, type Control } from '../science/trainer.ts';

const SLICE_MS = 10;

/** Those who wait for their turn, first come first served: each has one message under way. */
const waiting: (() => void)[] = [];
let channel: MessageChannel | null = null;

/** Resolves in a later task of the event loop. */
const nextTask = (): Promise<void> => new Promise(later);

/**
 * By a MessageChannel, since nested timers are clamped to 4 ms, and to a second in hidden pages. Node hands a port up to
 * a thousand messages before it looks at anything else, so there it is an immediate.
 */
function later(task: () => void): void {
  const { setImmediate } = globalThis as { readonly setImmediate?: (task: () => void) => unknown };
  if (setImmediate !== undefined) {
    setImmediate(task);
    return;
  }
  if (channel === null) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => waiting.shift()?.();
  }
  waiting.push(task);
  channel.port2.postMessage(null);
}

/** One run's control, for the trainer on one side and the pause and stop buttons on the other. Cancelled once, it stays so. */
export class Pace implements Control {
  private lastBreath = performance.now();
  private cancelled = false;
  /** For a stretch of work that a pause does not cut in two: lets messages in and hears a stop. */
  readonly withoutPause: Control = { due: () => this.due(), breathe: () => this.letIn() };
  /** Wakes those who wait in a pause; null while running. */
  private paused: PromiseWithResolvers | null = null;

  due(): boolean {
    return performance.now() - this.lastBreath >= SLICE_MS;
  }

  async breathe(): Promise<void> {
    await this.letIn();
    while (this.paused !== null && !this.cancelled) await this.paused.promise;
    this.stopIfCancelled();
    this.lastBreath = performance.now();
  }

  private async letIn(): Promise<void> {
    this.stopIfCancelled();
    await nextTask();
    this.stopIfCancelled();
    this.lastBreath = performance.now();
  }

  pause(): void {
    this.paused ??= promiseWithResolvers();
  }

  resume(): void {
    this.paused?.resolve();
    this.paused = null;
  }

  /** Waits under way and all later ones reject with `Cancelled`, in a pause too. */
  cancel(): void {
    this.cancelled = true;
    this.resume();
  }

  private stopIfCancelled(): void {
    if (this.cancelled) throw new Cancelled();
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
}

/** `Promise.withResolvers` of ES2024. */
function promiseWithResolvers(): PromiseWithResolvers {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
