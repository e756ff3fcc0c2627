/** How the page sees a web worker end, with a worker that the test plays. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkerGone } from '../../../src/worker/gone.ts';
import { startWorker } from '../../../src/worker/start.ts';

class PlayedWorker extends EventTarget {
  static newest: PlayedWorker;
  terminated = false;
  constructor(readonly address: string) {
    super();
    PlayedWorker.newest = this;
  }
  say(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  terminate(): void {
    this.terminated = true;
  }
}

/** Milliseconds after which silence means death, and well before. */
const [LONG, SHORT] = [120_000, 45_000];
let granted: () => void = () => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('Worker', PlayedWorker);
  vi.stubGlobal('navigator', { locks: { request: (_name: string, grant: () => void) => ((granted = grant), Promise.resolve()) } });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What becomes of `gone`, as it stands. */
function fateOf(gone: AbortSignal): { readonly reason: string | null } {
  return {
    get reason() {
      if (!gone.aborted) return null;
      return gone.reason instanceof WorkerGone ? gone.reason.message : 'another error';
    },
  };
}

it('a worker that holds a lock is dead when the lock is free, and only then', async () => {
  const fate = fateOf(startWorker('https://lab.example/lab.worker.js', 'lab').gone);
  PlayedWorker.newest.say({ labLife: 'locked' });
  await vi.advanceTimersByTimeAsync(LONG);
  expect(fate.reason).toBeNull();
  granted();
  await vi.advanceTimersByTimeAsync(0);
  expect(fate.reason).toBe('it ended by itself');
});

it('a worker that may have no lock is dead after a long silence; a short one, as while it compiles, is none', async () => {
  const { gone, end } = startWorker('https://lab.example/lab.worker.js', 'lab');
  const fate = fateOf(gone);
  PlayedWorker.newest.say({ labLife: 'beat' });
  await vi.advanceTimersByTimeAsync(SHORT);
  PlayedWorker.newest.say({ labLife: 'beat' });
  await vi.advanceTimersByTimeAsync(SHORT);
  expect(fate.reason).toBeNull();
  await vi.advanceTimersByTimeAsync(LONG - SHORT);
  expect(fate.reason).toBe('it does not answer');
  end();
  expect(PlayedWorker.newest.terminated).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

it('a worker that never gives a sign is dead after a long silence', async () => {
  const fate = fateOf(startWorker('https://lab.example/lab.worker.js', 'lab').gone);
  await vi.advanceTimersByTimeAsync(SHORT);
  expect(fate.reason).toBeNull();
  await vi.advanceTimersByTimeAsync(LONG - SHORT);
  expect(fate.reason).toBe('it does not answer');
});

it('nobody else hears signs of life; what the worker says arrives', () => {
  const { worker } = startWorker('https://lab.example/lab.worker.js', 'lab');
  const heard: unknown[] = [];
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => heard.push(data));
  for (const data of [{ labLife: 'locked' }, 'word', { labLife: 'beat' }, { progress: 0.5 }]) PlayedWorker.newest.say(data);
  expect(heard).toEqual(['word', { progress: 0.5 }]);
});
